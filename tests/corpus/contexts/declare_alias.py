"""A second name for a variable is no second variable."""
#: order = ["one"]
#: values = {"one": 1}

from damnit_ctx import Variable


@Variable
def one(run):
    return 1


uno = one
