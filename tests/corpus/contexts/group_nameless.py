"""A global with two underscores before it names nothing."""
#: problems = ["error 14:1 has no name"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1


__g = G()
