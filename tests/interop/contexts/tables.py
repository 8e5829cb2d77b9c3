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
def dataframe_of_numbered_columns(run):
    import pandas as pd

    return pd.DataFrame([[1, 2], [3, 4]], columns=[1, 2])


@Variable
def dataframe_of_days(run):
    import pandas as pd

    return pd.DataFrame([[1.5, 2.5]], columns=pd.to_datetime(["2026-01-01", "2026-01-02"]))


@Variable
def series_without_a_name(run):
    import pandas as pd

    return pd.Series([1.0, 3.0])


@Variable
def number(run):
    return 1.0
