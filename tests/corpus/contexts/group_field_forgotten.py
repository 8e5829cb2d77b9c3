"""A field without a default has to be given."""
#: problems = ["error 16 'k'"]

from damnit_ctx import Group, Variable


@Group
class G:
    k: int

    @Variable
    def n(self, run):
        return self.k


a = G()
