"""A pattern over the variables of a group inside."""
#: values = {"o.i.p_1": 1, "o.i.p_2": 2, "o.total": 3}

from damnit_ctx import Group, Variable


@Group
class Inner:
    @Variable
    def p_1(self, run):
        return 1

    @Variable
    def p_2(self, run):
        return 2


@Group
class Outer:
    i: Inner

    @Variable
    def total(self, run, found: "self#i.p_*"):
        return sum(found.values())


o = Outer(i=Inner())
