"""Each instance has its own variables and fields."""
#: values = {"a.n": 1, "b.n": 2}
#: titles = {"a.n": "a/n", "b.n": "Second/n"}

from damnit_ctx import Group, Variable


@Group
class G:
    k: int = 1

    @Variable
    def n(self, run):
        return self.k


a = G()
b = G(k=2, title="Second")
