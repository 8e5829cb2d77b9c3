"""A pattern that nothing matches."""
#: problems = ["error 8:23 Missing dependency: 'xgm_*'"]

from damnit_ctx import Variable


@Variable
def which(run, found: "var#xgm_*"):
    return " ".join(found)
