"""A group may prepare itself."""
#: values = {"g.n": 11}

from damnit_ctx import Group, Variable


@Group
class G:
    k: int = 1

    def __post_init__(self):
        self.k += 10

    @Variable
    def n(self, run):
        return self.k


g = G()
