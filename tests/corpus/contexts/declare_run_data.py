"""`data` as the enumeration's member."""
#: values = {"one": 1}
#: proc = ["one"]
#: differs = "enumeration"

from damnit_ctx import RunData, Variable


@Variable(data=RunData.PROC)
def one(run):
    return 1
