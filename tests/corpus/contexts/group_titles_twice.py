"""Two instances of one title."""
#: problems = ["error 10:5 duplicate titles"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1


a = G(title="Same")
b = G(title="Same")
