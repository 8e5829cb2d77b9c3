"""The smallest circle."""
#: problems = ["error 8:1 cyclical dependencies"]

from damnit_ctx import Variable


@Variable
def a(run, x: "var#a"):
    return x
