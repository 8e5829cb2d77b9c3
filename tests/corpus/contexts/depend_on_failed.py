"""What depends on a failed variable is not called, and says so."""
#: errors = {"a": ("ValueError", "no"), "b": ("DependencyError", "(a) failed: ValueError: no")}

from damnit_ctx import Variable


@Variable
def a(run):
    raise ValueError("no")


@Variable
def b(run, a: "var#a"):
    return a
