"""A name that is given wins over the global's."""
#: values = {"scope.n": 1}
#: titles = {"scope.n": "scope/n"}

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1


g = G(name="scope")
