"""A group that the class holds: each instance gets its own."""
#: values = {"a.inner.n": 5, "a.s": 6, "b.inner.n": 5, "b.s": 6}
#: titles = {"a.inner.n": "a/inner/n", "a.s": "a/s", "b.inner.n": "b/inner/n", "b.s": "b/s"}
#: differs = "class-component"

from damnit_ctx import Group, Variable


@Group
class Inner:
    k: int = 1

    @Variable
    def n(self, run):
        return self.k


@Group
class Outer:
    inner = Inner(k=5)

    @Variable
    def s(self, run, n: "self#inner.n"):
        return n + 1


a = Outer()
b = Outer()
