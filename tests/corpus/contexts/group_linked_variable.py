"""A field that is a variable: of the file, or of another group."""
#: values = {"top": 9, "g.n": 4, "a.s": 10, "b.s": 5}

from damnit_ctx import Group, Variable


@Variable
def top(run):
    return 9


@Group
class G:
    @Variable
    def n(self, run):
        return 4


@Group
class User:
    what: object

    @Variable
    def s(self, run, n: "self#what"):
        return n + 1


g = G()
a = User(what=top)
b = User(what=g.n)
