"""Annotations that are types are left alone in groups, too."""
#: values = {"g.n": 4}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run, x: int = 4) -> int:
        return x


g = G()
