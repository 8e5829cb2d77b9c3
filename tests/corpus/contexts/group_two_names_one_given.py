"""The same with a name given."""
#: values = {"q.n": 1}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1


a = G(name="q")
b = a
