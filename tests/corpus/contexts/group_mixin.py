"""Variables from several bases."""
#: values = {"g.a": 1, "g.b": 2, "g.total": 3}

from damnit_ctx import Group, Variable


@Group
class A:
    @Variable
    def a(self, run):
        return 1


@Group
class B:
    @Variable
    def b(self, run):
        return 2


@Group
class Both(A, B):
    @Variable
    def total(self, run, a: "self#a", b: "self#b"):
        return a + b


g = Both()
