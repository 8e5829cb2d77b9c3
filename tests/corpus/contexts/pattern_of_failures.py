"""Where all have failed, so does what wants them."""
#: errors = {"xgm_1": ("ValueError", "no"),
#:           "which": ("DependencyError", "(xgm_1) failed: ValueError: no")}

from damnit_ctx import Variable


@Variable
def xgm_1(run):
    raise ValueError("no")


@Variable
def which(run, found: "var#xgm_*"):
    return " ".join(found)
