"""A subclass without the decorator is a group, too."""
#: values = {"b.n": 2, "b.k": 3}

from damnit_ctx import Group, Variable


@Group
class Base:
    x: int = 2

    @Variable
    def n(self, run):
        return self.x


class Derived(Base):
    @Variable
    def k(self, run, n: "self#n"):
        return n + 1


b = Derived()
