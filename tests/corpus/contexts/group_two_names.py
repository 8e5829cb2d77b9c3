"""One instance, two globals: which name?"""
#: problems = ["error assigned to multiple names ['a', 'b']"]

from damnit_ctx import Group, Variable


@Group
class G:
    @Variable
    def n(self, run):
        return 1


a = G()
b = a
