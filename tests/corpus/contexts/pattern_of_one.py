"""A pattern with one match gives a dict as well."""
#: values = {"xgm_1": 1, "got": "dict"}

from damnit_ctx import Variable


@Variable
def xgm_1(run):
    return 1


@Variable
def got(run, found: "var#xgm_[0-9]"):
    return type(found).__name__
