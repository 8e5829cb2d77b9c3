"""Each after what it depends on, wherever it is defined."""
#: order = ["a", "b", "c"]
#: values = {"a": 1, "b": 2, "c": 3}

from damnit_ctx import Variable


@Variable
def c(run, b: "var#b"):
    return b + 1


@Variable
def b(run, a: "var#a"):
    return a + 1


@Variable
def a(run):
    return 1
