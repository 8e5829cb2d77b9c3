"""Tags as a set."""
#: values = {"one": 1}
#: tags = {"one": ["a", "b"]}

from damnit_ctx import Variable


@Variable(tags={"a", "b"})
def one(run):
    return 1
