"""Annotations that are types are left alone."""
#: values = {"one": 5}
#: differs = "annotations"

from damnit_ctx import Variable


@Variable
def one(run: object, offset: int = 5) -> int:
    return offset
