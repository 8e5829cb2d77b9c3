"""A circle within a group."""
#: problems = ["error cyclical dependencies"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def a(self, run, b: "self#b"):
        return b

    @Variable
    def b(self, run, a: "self#a"):
        return a


g = G()
