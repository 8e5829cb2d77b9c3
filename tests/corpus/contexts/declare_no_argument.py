"""A function that takes no run: its error when it is called, and a warning."""
#: errors = {"one": ("TypeError", "takes 0 positional arguments")}
#: problems = ["warning 9:1 takes no argument"]

from damnit_ctx import Variable


@Variable
def one():
    return 1
