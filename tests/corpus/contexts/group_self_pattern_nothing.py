"""A pattern that matches none of the instance's variables."""
#: problems = ["error 10:29 Missing dependency: 'g.p_*' for 'g.n'"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run, found: "self#p_*"):
        return 1


g = G()
