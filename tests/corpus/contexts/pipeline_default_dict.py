"""A dict gives the names."""
#: values = {"x.n": 7, "own.n": 8}

from damnit_ctx import Group, Pipeline, Variable


@Group
class G:
    k: int = 0

    @Variable
    def n(self, run):
        return self.k


Pipeline.default().add({"x": G(k=7), "y": G(name="own", k=8)})
