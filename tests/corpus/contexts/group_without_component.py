"""A component that was not given: a default stands in, or the variable is skipped."""
#: values = {"m.with_default": 7}
#: errors = {"m.without": ("Skip", ""), "m.pattern": ("Skip", "")}
#: differs = "no-component"

from damnit_ctx import Group, Variable


@Group
class D:
    @Variable
    def n(self, run):
        return 1


@Group
class M:
    d: D = None

    @Variable
    def with_default(self, run, n: "self#d.n" = 7):
        return n

    @Variable
    def without(self, run, n: "self#d.n"):
        return n

    @Variable
    def pattern(self, run, n: "self#d.*"):
        return len(n)


m = M()
