"""A parameter in a group."""
#: params = {"gain": 4}
#: values = {"g.n": 8}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run, gain: "param#gain" = 1):
        return 2 * gain


g = G()
