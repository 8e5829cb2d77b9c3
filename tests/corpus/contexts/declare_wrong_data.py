"""`data` is raw or proc for a variable."""
#: problems = ["error 8:1 can be 'raw'/'proc'"]

from damnit_ctx import Variable


@Variable(data="all")
def one(run):
    return 1
