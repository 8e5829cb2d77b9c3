"""Tags that are not text."""
#: problems = ["error 9:1 tags="]

from damnit_ctx import Variable


# The problem is told at the function.
@Variable(tags=["a", ""])
def one(run):
    return 1
