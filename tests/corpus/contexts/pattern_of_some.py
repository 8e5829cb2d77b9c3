"""What failed is left out of the dict."""
#: values = {"xgm_2": 2, "which": "xgm_2"}
#: errors = {"xgm_1": ("ValueError", "no")}

from damnit_ctx import Variable


@Variable
def xgm_1(run):
    raise ValueError("no")


@Variable
def xgm_2(run):
    return 2


@Variable
def which(run, found: "var#xgm_*"):
    return " ".join(found)
