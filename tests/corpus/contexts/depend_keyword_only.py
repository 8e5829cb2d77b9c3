"""Arguments that can only be given by name."""
#: values = {"a": 1, "b": 2}

from damnit_ctx import Variable


@Variable
def a(run):
    return 1


@Variable
def b(run, *, a: "var#a", offset=1):
    return a + offset
