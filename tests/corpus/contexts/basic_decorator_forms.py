"""The decorator with and without parentheses, and from the module."""
#: order = ["bare", "empty", "dotted"]
#: values = {"bare": 1, "empty": 2, "dotted": 3}
#: titles = {"bare": "bare", "empty": "empty", "dotted": "dotted"}

import damnit_ctx
from damnit_ctx import Variable


@Variable
def bare(run):
    return 1


@Variable()
def empty(run):
    return 2


@damnit_ctx.Variable()
def dotted(run):
    return 3
