"""The same without an annotation."""
#: problems = ["error name"]

from damnit_ctx import Group, Variable


@Group
class G:
    name = "mine"

    @Variable
    def n(self, run):
        return 1
