"""Tags of the class, the instance and the variable."""
#: values = {"a.n": 1, "a.m": 2, "b.n": 1, "b.m": 2, "c.n": 1, "c.m": 2}
#: tags = {"a.n": ["class", "var"], "a.m": ["class"], "b.n": ["one", "two", "var"],
#:         "b.m": ["one", "two"],
#:         "c.n": ["var"], "c.m": []}

from damnit_ctx import Group, Variable


@Group(tags="class")
class G:
    @Variable(tags="var")
    def n(self, run):
        return 1

    @Variable
    def m(self, run):
        return 2


a = G()
b = G(tags=["two", "one"])
c = G(tags=())
