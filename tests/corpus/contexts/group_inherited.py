"""A subclass has the variables of its base."""
#: values = {"b.n": 2, "b.k": 5}

from damnit_ctx import Group, Variable


@Group
class Base:
    x: int = 2

    @Variable
    def n(self, run):
        return self.x


@Group
class Derived(Base):
    y: int = 3

    @Variable
    def k(self, run, n: "self#n"):
        return n + self.y


b = Derived()
