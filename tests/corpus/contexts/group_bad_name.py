"""A name that is none."""
#: problems = ["error 10:5 'two words.n' is not a valid"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1


a = G(name="two words")
