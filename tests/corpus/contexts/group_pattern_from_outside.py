"""A pattern over the variables of groups."""
#: values = {"a.n": 1, "b.n": 2, "total": 3}

from damnit_ctx import Group, Variable


@Group
class G:
    k: int = 1

    @Variable
    def n(self, run):
        return self.k


a = G()
b = G(k=2)


@Variable
def total(run, found: "var#*.n"):
    return sum(found.values())
