"""A cell without data: it has a summary, but nothing for those that depend on it."""
#: empty_data = ["shown"]
#: errors = {"later": ("Skip", "Dependencies returned no data")}

from damnit_ctx import Cell, Variable


@Variable
def shown(run):
    return Cell(None, summary_value="no beam")


@Variable
def later(run, shown: "var#shown"):
    return 1
