"""A field that every group has."""
#: problems = ["error title"]

from damnit_ctx import Group, Variable


@Group
class G:
    title: str = "mine"

    @Variable
    def n(self, run):
        return 1
