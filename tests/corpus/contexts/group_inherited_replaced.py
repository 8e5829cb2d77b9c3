"""A subclass replaces a variable of its base."""
#: values = {"a.n": 1, "b.n": 2, "b.k": 3, "a.k": 2}

from damnit_ctx import Group, Variable


@Group
class Base:
    @Variable
    def n(self, run):
        return 1

    @Variable
    def k(self, run, n: "self#n"):
        return n + 1


@Group
class Derived(Base):
    @Variable
    def n(self, run):
        return 2


a = Base()
b = Derived()
