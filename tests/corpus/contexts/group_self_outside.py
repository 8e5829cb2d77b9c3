"""`self#` where there is no group is found when the file is loaded."""
#: problems = ["error 9:15 self# works only in a Group"]
#: differs = "early"

from damnit_ctx import Variable


@Variable
def n(run, x: "self#other"):
    return x
