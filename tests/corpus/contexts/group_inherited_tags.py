"""Tags are inherited unless the subclass gives others."""
#: values = {"a.n": 1, "b.n": 1, "c.n": 1}
#: tags = {"a.n": ["base"], "b.n": [], "c.n": ["own"]}

from damnit_ctx import Group, Variable


@Group(tags="base")
class Base:
    @Variable
    def n(self, run):
        return 1


@Group
class A(Base):
    pass


@Group(tags=())
class B(Base):
    pass


@Group(tags=["own"])
class C(Base):
    pass


a = A()
b = B()
c = C()
