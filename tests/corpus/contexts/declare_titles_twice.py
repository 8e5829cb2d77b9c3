"""Two variables of one title."""
#: problems = ["error 13:1 duplicate titles between them: one, two"]

from damnit_ctx import Variable


@Variable(title="Same")
def one(run):
    return 1


@Variable(title="Same")
def two(run):
    return 2
