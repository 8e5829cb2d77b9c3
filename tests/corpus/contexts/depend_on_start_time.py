"""`start_time` is no variable of the file."""
#: problems = ["error 8:15 Missing dependency: 'start_time'"]

from damnit_ctx import Variable


@Variable
def a(run, t: "var#start_time"):
    return t
