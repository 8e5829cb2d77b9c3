"""Something that is not known of a run."""
#: problems = ["error 9:19 'weather'"]
#: differs = "early"

from damnit_ctx import Variable


@Variable
def which(run, x: "meta#weather"):
    return x
