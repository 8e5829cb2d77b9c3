"""A subclass takes a variable of its base away."""
#: order = ["b.k"]
#: values = {"b.k": 1}
#: differs = "taken-away"

from damnit_ctx import Group, Variable


@Group
class Base:
    @Variable
    def n(self, run):
        return 1

    @Variable
    def k(self, run):
        return 1


@Group
class Derived(Base):
    n = None


b = Derived()
