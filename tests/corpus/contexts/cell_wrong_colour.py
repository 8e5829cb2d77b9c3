"""A background that is no colour."""
#: errors = {"coloured": ("ValueError", "")}

from damnit_ctx import Cell, Variable


@Variable
def coloured(run):
    return Cell(1, background="greenish")
