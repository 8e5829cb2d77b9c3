"""What the decorator does not take."""
#: problems = ["error 7 title"]

from damnit_ctx import Group, Variable


@Group(title="Mine")
class G:
    @Variable
    def n(self, run):
        return 1
