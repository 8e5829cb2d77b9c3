"""A field that the catalogue is not asked for."""
#: problems = ["error 8:19 'weather'"]

from damnit_ctx import Variable


@Variable
def which(run, x: "mymdc#weather"):
    return x
