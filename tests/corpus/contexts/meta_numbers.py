"""The numbers of run and proposal."""
#: values = {"which": "p1234 r7"}

from damnit_ctx import Variable


@Variable
def which(run, number: "meta#run_number", proposal: "meta#proposal"):
    return f"p{proposal} r{number}"
