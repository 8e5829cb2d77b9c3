"""`data="raw"` cannot depend on corrected data."""
#: problems = ["error 13:1 depends on these Variables that require proc data: hits"]

from damnit_ctx import Variable


@Variable(data="proc")
def hits(run):
    return 3


@Variable(data="raw")
def rate(run, hits: "var#hits"):
    return hits
