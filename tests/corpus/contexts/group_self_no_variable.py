"""`self#` of something that is no variable."""
#: problems = ["error 12:25 is of type 'int', but a Variable is required"]

from damnit_ctx import Group, Variable


@Group
class G:
    k: int = 1

    @Variable
    def n(self, run, x: "self#k"):
        return x


g = G()
