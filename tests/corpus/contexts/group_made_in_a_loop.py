"""Instances that a loop makes, with names."""
#: values = {"m0.n": 0, "m1.n": 1}

from damnit_ctx import Group, Variable


@Group
class G:
    k: int = 0

    @Variable
    def n(self, run):
        return self.k


for index in range(2):
    globals()[f"m{index}"] = G(k=index)
