"""A function that ends the program: that is its error, and the others are evaluated."""
#: values = {"fine": 1}
#: errors = {"ends": ("SystemExit", "2")}
#: differs = "exit"

import sys

from damnit_ctx import Variable


@Variable
def ends(run):
    sys.exit(2)


@Variable
def fine(run):
    return 1
