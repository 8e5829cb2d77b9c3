"""A pattern over the instance's own variables."""
#: values = {"g.p_1": 1, "g.p_2": 2, "g.which": "g.p_1 g.p_2",
#:           "h.p_1": 1, "h.p_2": 2, "h.which": "h.p_1 h.p_2"}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def p_1(self, run):
        return 1

    @Variable
    def p_2(self, run):
        return 2

    @Variable
    def which(self, run, found: "self#p_*"):
        return " ".join(sorted(found))


g = G()
h = G()
