"""What stands between the titles."""
#: values = {"g.n": 1, "h.n": 1}
#: titles = {"g.n": "Camera - N", "h.n": "h: N"}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable(title="N")
    def n(self, run):
        return 1


g = G(title="Camera", sep=" - ")
h = G(sep=": ")
