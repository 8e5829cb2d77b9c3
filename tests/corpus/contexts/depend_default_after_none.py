"""A default stands in for a variable that returned None."""
#: values = {"b": 42}
#: empty = ["a"]

from damnit_ctx import Variable


@Variable
def a(run):
    return None


@Variable
def b(run, a: "var#a" = 42):
    return a
