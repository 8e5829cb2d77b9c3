"""Units that are not text."""
#: problems = ["error 8:1 units=3"]

from damnit_ctx import Variable


@Variable(units=3)
def one(run):
    return 1
