"""What a function returns is no dependency, whatever the annotation says."""
#: values = {"one": 1, "two": 2}

from damnit_ctx import Variable


@Variable
def one(run):
    return 1


@Variable
def two(run) -> "a number":
    return 2
