"""A pattern means variables of the file, not the time that the run began."""
#: values = {"status": 1, "which": "status"}
#: differs = "start-time-in-pattern"

from damnit_ctx import Variable


@Variable
def status(run):
    return 1


@Variable
def which(run, found: "var#sta*"):
    return " ".join(sorted(found))
