"""`self#` where there is no group costs its variable only."""
#: problems = ["warning 9:15 self# works only in a Group"]
#: errors = {"n": ("RuntimeError", "Unknown path 'self#other'")}

from damnit_ctx import Variable


@Variable
def n(run, x: "self#other"):
    return x
