"""A prefix that means nothing is found when the file is loaded."""
#: problems = ["error 9:19 'elog#entry'"]
#: differs = "early"

from damnit_ctx import Variable


@Variable
def which(run, x: "elog#entry"):
    return x
