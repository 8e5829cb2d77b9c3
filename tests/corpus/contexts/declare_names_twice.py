"""Two functions of one name: the last one counts, with a warning."""
#: values = {"one": 2}
#: problems = ["warning 14:1 defined 2 times"]

from damnit_ctx import Variable


@Variable
def one(run):
    return 1


@Variable
def one(run):  # noqa: F811
    return 2
