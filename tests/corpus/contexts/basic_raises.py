"""What a function raises is its variable's error; the others are evaluated."""
#: values = {"fine": 1}
#: errors = {"broken": ("ZeroDivisionError", "division by zero")}

from damnit_ctx import Variable


@Variable
def broken(run):
    return 1 / 0


@Variable
def fine(run):
    return 1
