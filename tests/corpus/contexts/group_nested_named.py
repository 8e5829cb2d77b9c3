"""A group inside with a name of its own."""
#: values = {"inner.n": 1, "o.s": 2}

from damnit_ctx import Group, Variable


@Group
class Inner:
    @Variable
    def n(self, run):
        return 1


@Group
class Outer:
    part: Inner

    @Variable
    def s(self, run, n: "self#part.n"):
        return n + 1


o = Outer(part=Inner(name="inner"))
