"""A name that a column of each table has: it works, with a warning."""
#: values = {"proposal": 1}
#: problems = ["warning 9:1 has the name of a built-in column"]

from damnit_ctx import Variable


@Variable
def proposal(run):
    return 1
