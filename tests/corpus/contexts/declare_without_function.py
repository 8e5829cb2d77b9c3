"""A Variable that decorates nothing."""
#: problems = ["error not used as the decorator"]

from damnit_ctx import Variable

forgotten = Variable(title="Forgotten")


@Variable
def one(run):
    return 1
