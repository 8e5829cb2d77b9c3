"""Two that depend on one, and one on both."""
#: values = {"top": 1, "left": 2, "right": 10, "bottom": 12}

from damnit_ctx import Variable


@Variable
def top(run):
    return 1


@Variable
def left(run, x: "var#top"):
    return x + 1


@Variable
def right(run, x: "var#top"):
    return x * 10


@Variable
def bottom(run, x: "var#left", y: "var#right"):
    return x + y
