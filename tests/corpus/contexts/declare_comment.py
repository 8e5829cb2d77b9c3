"""A variable may not be called as what people type."""
#: problems = ["error 9:1 comment"]
#: differs = "reserved"

from damnit_ctx import Variable


@Variable
def comment(run):
    return "by the machine"
