"""Patterns distinguish capitals."""
#: values = {"Xgm": 1, "xgm": 2, "which": "xgm"}

from damnit_ctx import Variable


@Variable
def Xgm(run):
    return 1


@Variable
def xgm(run):
    return 2


@Variable
def which(run, found: "var#x*"):
    return " ".join(found)
