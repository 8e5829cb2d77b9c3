"""A default is not used where there is a value."""
#: values = {"a": 1, "b": 1}

from damnit_ctx import Variable


@Variable
def a(run):
    return 1


@Variable
def b(run, a: "var#a" = 42):
    return a
