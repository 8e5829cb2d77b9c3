"""Methods that are no variables, and calls between those that are."""
#: values = {"g.n": 6, "g.m": 7}
#: differs = "callable"

from damnit_ctx import Group, Variable


@Group
class G:
    k: int = 3

    def doubled(self):
        return 2 * self.k

    @Variable
    def n(self, run):
        return self.doubled()

    @Variable
    def m(self, run):
        return self.n(run) + 1


g = G()
