"""One cause is a failure: so is what follows."""
#: errors = {"a": ("Skip", "not today"), "b": ("ValueError", "no"),
#:           "c": ("DependencyError", "(b) failed: ValueError: no")}

from damnit_ctx import Skip, Variable


@Variable
def a(run):
    raise Skip("not today")


@Variable
def b(run):
    raise ValueError("no")


@Variable
def c(run, a: "var#a", b: "var#b"):
    return a + b
