"""A title that is another variable's name."""
#: problems = ["error 13:1 duplicate titles between them: one, two"]

from damnit_ctx import Variable


@Variable(title="two")
def one(run):
    return 1


@Variable
def two(run):
    return 2
