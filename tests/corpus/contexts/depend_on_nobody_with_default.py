"""A dependency that is not there, with a default: a warning, and the default."""
#: values = {"b": 3}
#: problems = ["warning 10:15 Its default will be used"]
#: differs = "missing-default"

from damnit_ctx import Variable


@Variable
def b(run, x: "var#gone" = 3):
    return x
