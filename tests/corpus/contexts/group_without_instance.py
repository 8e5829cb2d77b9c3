"""A class that nobody makes an instance of."""
#: order = []
#: values = {}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1
