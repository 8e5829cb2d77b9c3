"""An argument that the decorator does not have."""
#: problems = ["error 7 unexpected keyword argument 'colour'"]

from damnit_ctx import Variable


@Variable(colour="red")
def one(run):
    return 1
