"""A default stands in for a variable that failed."""
#: values = {"b": 42}
#: errors = {"a": ("ValueError", "no")}

from damnit_ctx import Variable


@Variable
def a(run):
    raise ValueError("no")


@Variable
def b(run, a: "var#a" = 42):
    return a
