"""A preview that is no picture and no curve."""
#: errors = {"framed": ("TypeError", "preview")}

from damnit_ctx import Cell, Variable


@Variable
def framed(run):
    return Cell(7, preview="a text")
