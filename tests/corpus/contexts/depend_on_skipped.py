"""What depends on a skipped variable is skipped."""
#: errors = {"a": ("Skip", "not today"), "b": ("Skip", "(a) failed: Skip: not today")}

from damnit_ctx import Skip, Variable


@Variable
def a(run):
    raise Skip("not today")


@Variable
def b(run, a: "var#a"):
    return a
