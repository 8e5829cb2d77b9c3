"""An argument with a default and no annotation keeps it."""
#: values = {"one": 5}

from damnit_ctx import Variable


@Variable
def one(run, offset=5):
    return offset
