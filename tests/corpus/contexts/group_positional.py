"""Fields are given by name."""
#: problems = ["error 16"]

from damnit_ctx import Group, Variable


@Group
class G:
    k: int = 1

    @Variable
    def n(self, run):
        return self.k


a = G(5)
