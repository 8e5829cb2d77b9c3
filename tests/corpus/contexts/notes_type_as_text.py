"""A type as text is a type."""
#: values = {"one": 1}
#: differs = "annotations"

from damnit_ctx import Variable


@Variable
def one(run: "DataCollection"):
    return 1
