"""A pattern can only be the last part."""
#: problems = ["error 20:33 Attribute '*' on group 'o' does not exist"]

from damnit_ctx import Group, Variable


@Group
class Inner:
    @Variable
    def n(self, run):
        return 1


@Group
class Outer:
    i: Inner

    # `self#i.n` it has to be.
    @Variable
    def total(self, run, found: "self#*.n"):
        return sum(found.values())


o = Outer(i=Inner())
