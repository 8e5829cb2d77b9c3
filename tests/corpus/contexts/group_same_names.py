"""Two instances of one name."""
#: problems = ["error 15:1 Group name 'x' is used by multiple group instances"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1


a = G(name="x")
b = G(name="x")
