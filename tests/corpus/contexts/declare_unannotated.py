"""An argument of which nothing says where it comes from."""
#: errors = {"one": ("TypeError", "missing 1 required positional argument")}
#: problems = ["warning 9:14 Argument 'what' of variable 'one' has no annotation"]

from damnit_ctx import Variable


@Variable
def one(run, what):
    return what
