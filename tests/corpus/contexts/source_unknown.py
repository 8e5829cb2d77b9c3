"""A prefix that means nothing costs its variable only."""
#: problems = ["warning 9:19 'elog#entry'"]
#: errors = {"which": ("RuntimeError", "Unknown path 'elog#entry'")}

from damnit_ctx import Variable


@Variable
def which(run, x: "elog#entry"):
    return x
