"""What the file deletes is not there."""
#: order = ["two"]
#: values = {"two": 2}

from damnit_ctx import Variable


@Variable
def one(run):
    return 1


@Variable
def two(run):
    return 2


del one
