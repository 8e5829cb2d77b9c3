"""`var#` in a group means the whole name; from outside, too."""
#: order = ["offset", "g.n", "after"]
#: values = {"offset": 10, "g.n": 11, "after": 12}

from damnit_ctx import Group, Variable


@Variable
def offset(run):
    return 10


@Group
class G:
    @Variable
    def n(self, run, offset: "var#offset"):
        return offset + 1


g = G()


@Variable
def after(run, n: "var#g.n"):
    return n + 1
