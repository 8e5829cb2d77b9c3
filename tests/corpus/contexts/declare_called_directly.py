"""A decorated function can still be called."""
#: values = {"one": 1, "two": 2}
#: differs = "callable"

from damnit_ctx import Variable


@Variable
def one(run):
    return 1


@Variable
def two(run):
    return one(run) + 1
