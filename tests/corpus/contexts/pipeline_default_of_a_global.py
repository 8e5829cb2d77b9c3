"""Adding what is a global anyway changes nothing."""
#: order = ["one", "g.n"]
#: values = {"one": 1, "g.n": 1}
#: differs = "late-names"

from damnit_ctx import Group, Pipeline, Variable


@Variable
def one(run):
    return 1


@Group
class G:
    @Variable
    def n(self, run):
        return 1


g = G()
Pipeline.default().add(one, g)
