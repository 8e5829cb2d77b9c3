"""Groups that share another: it is a global, and evaluated once."""
#: values = {"source.n": 4, "a.s": 5, "b.s": 5}
#: titles = {"source.n": "Source/n", "a.s": "a/s", "b.s": "b/s"}

from damnit_ctx import Group, Variable


@Group
class Source:
    @Variable
    def n(self, run):
        return 4


@Group
class User:
    source: Source

    @Variable
    def s(self, run, n: "self#source.n"):
        return n + 1


source = Source(title="Source")
a = User(source=source)
b = User(source=source)
