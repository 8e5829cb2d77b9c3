"""Tags: one word or several."""
#: values = {"one": 1, "two": 2}
#: tags = {"one": ["xgm"], "two": ["a", "b"]}

from damnit_ctx import Variable


@Variable(tags="xgm")
def one(run):
    return 1


@Variable(tags=["a", "b"])
def two(run):
    return 2
