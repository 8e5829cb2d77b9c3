"""Names with underscores are names."""
#: values = {"_quiet": 1, "__hidden": 2}

from damnit_ctx import Variable


@Variable
def _quiet(run):
    return 1


@Variable
def __hidden(run):
    return 2
