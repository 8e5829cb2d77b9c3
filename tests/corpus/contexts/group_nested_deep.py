"""Three levels, some with titles of their own."""
#: values = {"t.m.leaf.n": 1, "t.s": 2}
#: titles = {"t.m.leaf.n": "Leaf/N", "t.s": "t/s"}
#: tags = {"t.m.leaf.n": ["leaf", "var"], "t.s": ["top"]}

from damnit_ctx import Group, Variable


@Group(tags="leaf")
class Leaf:
    @Variable(title="N", tags="var")
    def n(self, run):
        return 1


@Group(tags="mid")
class Middle:
    leaf: Leaf


@Group(tags="top")
class Top:
    m: Middle

    @Variable
    def s(self, run, n: "self#m.leaf.n"):
        return n + 1


t = Top(m=Middle(leaf=Leaf(title="Leaf")))
