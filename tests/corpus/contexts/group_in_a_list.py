"""Instances in a list have no names: they are not looked for there."""
#: order = []
#: values = {}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1


groups = [G(), G()]
