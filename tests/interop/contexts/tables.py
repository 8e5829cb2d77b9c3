"""pandas tables, which DAMNIT stores since 0.4.0."""

from damnit_ctx import Cell, Variable


def _table():
    import pandas as pd

    return pd.DataFrame({"x": [1, 2, 3], "y": [0.5, 1.5, 2.5], "label": ["a", "b", "c"]})


@Variable
def dataframe(run):
    return _table()


@Variable
def series(run):
    return _table()["y"]


@Variable
def dataframe_with_summary(run):
    return Cell(_table(), summary_value="3 rows")


@Variable
def number(run):
    return 1.0
