"""Returning None: there is no value."""
#: order = ["nothing"]
#: values = {}
#: empty = ["nothing"]

from damnit_ctx import Variable


@Variable
def nothing(run):
    return None
