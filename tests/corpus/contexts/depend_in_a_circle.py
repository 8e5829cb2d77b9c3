"""A circle of dependencies."""
#: problems = ["error cyclical dependencies"]

from damnit_ctx import Variable


@Variable
def a(run, x: "var#c"):
    return x


@Variable
def b(run, x: "var#a"):
    return x


@Variable
def c(run, x: "var#b"):
    return x
