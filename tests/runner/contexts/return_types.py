"""One variable for each type that a variable's function may return."""

import numpy as np

from damnit_ctx import Cell, Variable


@Variable
def an_int(run):
    return 5


@Variable
def a_float(run):
    return 2.5


@Variable
def a_bool(run):
    return True


@Variable
def a_complex(run):
    return 1 + 2j


@Variable
def a_text(run):
    return "µ\nline"


@Variable
def odd_text(run):
    return "nul \0 and surrogate \ud800"


@Variable
def some_bytes(run):
    return b"abc"


@Variable
def a_list(run):
    return [1, 2, 3]


@Variable
def curve(run):
    return np.arange(1000.0)


@Variable
def booleans(run):
    return np.array([True, False])


@Variable
def complex_curve(run):
    return np.arange(3) * 1j


@Variable
def no_points(run):
    return np.zeros(0)


@Variable
def image(run):
    return np.arange(12.0).reshape(3, 4)


@Variable
def boolean_image(run):
    return np.eye(3) > 0


@Variable
def colour_image(run):
    return np.zeros((5, 6, 4), np.uint8)


@Variable
def cube(run):
    return np.zeros((2, 3, 4))


@Variable
def dataarray(run):
    import xarray as xr

    return xr.DataArray(
        np.arange(6.0).reshape(2, 3),
        dims=("y", "x"),
        coords={"y": [10, 20], "when": ("x", np.array([0, 1, 2], "M8[s]").astype("M8[ns]"))},
        name="intensity",
        attrs={"units": "mm", "flag": True, "nothing": None, "nested": {"a": [1]}},
    )


@Variable
def dataarray_named_like_its_coordinate(run):
    import xarray as xr

    return xr.DataArray([1, 2], dims="x", coords={"x": [3, 4]}, name="x")


@Variable
def dataarray_with_odd_names(run):
    import xarray as xr

    return xr.DataArray([1, 2], dims="a/b", coords={"a/b": [3, 4]}, name=7)


@Variable
def dataarray_of_complex(run):
    import xarray as xr

    return xr.DataArray([1j, 2])


@Variable
def dataarray_of_time(run):
    import xarray as xr

    return xr.DataArray(np.datetime64("2026-01-01", "ns"))


@Variable
def dataarray_with_two_levels(run):
    import xarray as xr

    array = xr.DataArray([1, 2], dims="t", coords={"a": ("t", [0, 1]), "b": ("t", [5, 6])})
    return array.set_index(t=["a", "b"])


@Variable
def dataset(run):
    import xarray as xr

    return xr.Dataset({"n": ("t", [1, 2, 3]), "s": ("t", ["a", "b", "c"]), "on": True})


@Variable
def figure(run):
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(4, 3), dpi=50)
    ax.plot([1, 2])
    return fig


@Variable
def axes(run):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(4, 3), dpi=50)
    return ax


@Variable
def nothing(run):
    return None


@Variable(units="K", summary="mean")
def cell(run):
    return Cell(np.arange(5), bold=True, background="#ff0080", preview=np.eye(3))


@Variable
def words_only(run):
    return Cell(None, summary_value="just words")


@Variable
def masked(run):
    return np.ma.array([1, 2, 3], mask=[0, 1, 0])


@Variable
def an_object(run):
    return object()


@Variable
def list_of_text(run):
    return ["a", "b"]


@Variable
def bad_summary(run):
    return Cell(np.arange(3), summary="no_such_function")


@Variable
def huge_int(run):
    return 2**70


@Variable
def series(run):
    import pandas as pd

    return pd.Series([1.0, 3.0, 2.0], index=[10, 20, 30], name="s")


@Variable
def table(run):
    import pandas as pd

    return pd.DataFrame({"n": [1, 2], "s": ["a", "b"], 5: [1.5, 2.5]})
