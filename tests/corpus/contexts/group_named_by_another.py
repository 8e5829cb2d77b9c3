"""A global with two underscores, which a group holds: that one names it."""
#: values = {"o.inner.n": 1, "o.s": 2}

from damnit_ctx import Group, Variable


@Group
class Inner:
    @Variable
    def n(self, run):
        return 1


@Group
class Outer:
    inner: Inner

    @Variable
    def s(self, run, n: "self#inner.n"):
        return n + 1


__inner = Inner()
o = Outer(inner=__inner)
