"""A pattern that matches its own variable means the others."""
#: values = {"xgm_1": 1, "xgm_all": "xgm_1"}
#: differs = "own-pattern"

from damnit_ctx import Variable


@Variable
def xgm_1(run):
    return 1


@Variable
def xgm_all(run, found: "var#xgm_*"):
    return " ".join(found)
