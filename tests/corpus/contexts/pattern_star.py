"""A pattern gives all that match as a dict."""
#: values = {"xgm_1": 1, "xgm_2": 2, "total": 3, "which": "xgm_1 xgm_2"}

from damnit_ctx import Variable


@Variable
def xgm_1(run):
    return 1


@Variable
def xgm_2(run):
    return 2


@Variable
def total(run, found: "var#xgm_*"):
    return sum(found.values())


@Variable
def which(run, found: "var#xgm_?"):
    return " ".join(sorted(found))
