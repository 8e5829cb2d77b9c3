"""A group with postponed annotations."""
#: values = {"g.a": 3, "g.b": 4}
#: differs = "annotations"

from __future__ import annotations

from damnit_ctx import Group, Variable


@Group
class G:
    k: int = 3

    @Variable
    def a(self, run) -> int:
        return self.k

    @Variable
    def b(self, run, a: "self#a", one: int = 1):
        return a + one


g = G()
