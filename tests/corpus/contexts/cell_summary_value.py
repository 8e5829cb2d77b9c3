"""A cell with data and something else for the table; what depends on it gets the data."""
#: values = {"peaks": [1, 2, 3], "count": 3}

from damnit_ctx import Cell, Variable


@Variable
def peaks(run):
    return Cell([1, 2, 3], summary_value="3 peaks", bold=True, background="#7cfc00")


@Variable
def count(run, found: "var#peaks"):
    return len(found)
