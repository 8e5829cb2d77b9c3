"""What fails in a group."""
#: errors = {"g.a": ("ValueError", "no"),
#:           "g.b": ("DependencyError", "(g.a) failed: ValueError: no")}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def a(self, run):
        raise ValueError("no")

    @Variable
    def b(self, run, a: "self#a"):
        return a


g = G()
