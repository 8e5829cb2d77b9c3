"""What is added to the default is evaluated besides the globals."""
#: values = {"base": 1, "g0.n": 0, "g1.n": 1}

from damnit_ctx import Group, Pipeline, Variable


@Variable
def base(run):
    return 1


@Group
class G:
    k: int = 0

    @Variable
    def n(self, run):
        return self.k


Pipeline.default().add([G(name=f"g{k}", k=k) for k in range(2)])
