"""Several causes, each in a line."""
#: errors = {"a": ("ValueError", "first"), "b": ("TypeError", "second"),
#:           "c": ("DependencyError",
#:                 "├ (a) failed: ValueError: first\n└ (b) failed: TypeError: second")}

from damnit_ctx import Variable


@Variable
def a(run):
    raise ValueError("first")


@Variable
def b(run):
    raise TypeError("second")


@Variable
def c(run, a: "var#a", b: "var#b"):
    return a + b
