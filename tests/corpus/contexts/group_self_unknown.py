"""`self#` of something that is not there."""
#: problems = ["error 14:25 Attribute 'enregy' on group 'g' does not exist"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def energy(self, run):
        return 1

    @Variable
    def n(self, run, x: "self#enregy"):
        return x


g = G()
