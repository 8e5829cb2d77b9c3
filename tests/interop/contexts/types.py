"""One variable per kind of thing that a context file may return."""

import numpy as np
import xarray as xr

from damnit_ctx import Cell, Skip, Variable

# ---- scalars and text


@Variable(title="Scalar/Integer", tags=["scalar", "first"])
def scalar_int(run):
    """Trains of the run, here always 42."""
    return 42


@Variable(title="Scalar/Float", tags="scalar")
def scalar_float(run):
    return 1.5


@Variable
def scalar_bool(run):
    return True


@Variable
def scalar_complex(run):
    return 1.5 - 2j


@Variable
def scalar_float32(run):
    return np.float32(0.1)


@Variable
def scalar_uint8(run):
    return np.uint8(200)


@Variable
def scalar_nan(run):
    return float("nan")


@Variable
def scalar_inf(run):
    return float("-inf")


@Variable
def text(run):
    return "ciel bleu, µ – 世界"


@Variable
def text_empty(run):
    return ""


@Variable
def some_bytes(run):
    return b"abc\x01"


# ---- lists and arrays


@Variable
def list_int(run):
    return [3, 1, 2]


@Variable
def tuple_float(run):
    return (0.5, 0.25)


@Variable
def array_1d(run):
    return np.sin(np.linspace(0, 6, 50))


@Variable
def array_1d_nan(run):
    return np.array([1.0, np.nan, 3.0, 2.0])


@Variable
def array_1d_uint16(run):
    return np.arange(10, dtype=np.uint16) * 1000


@Variable
def array_1d_int8(run):
    return np.array([127, -128], dtype=np.int8)


@Variable
def array_1d_bool(run):
    return np.array([True, False, True])


@Variable
def array_1d_complex(run):
    return np.array([1 + 1j, 4 - 3j, 2])


@Variable
def array_1d_one(run):
    return np.array([7.0])


@Variable
def array_long(run):
    return np.sin(np.linspace(0, 20, 3000))


@Variable
def array_empty(run):
    return np.array([])


@Variable
def array_2d(run):
    return np.arange(12, dtype=np.float32).reshape(3, 4)


@Variable
def array_2d_nan(run):
    image = np.arange(12.0).reshape(3, 4)
    image[1, 1] = np.nan
    return image


@Variable
def array_2d_int(run):
    return np.arange(20, dtype=np.int64).reshape(4, 5)


@Variable
def array_2d_bool(run):
    return np.eye(3, dtype=bool)


@Variable
def array_2d_complex(run):
    return np.eye(3) * (1 + 2j)


@Variable
def array_3d(run):
    return np.zeros((2, 3, 5), dtype=np.int32)


@Variable
def array_rgb(run):
    return np.full((5, 6, 3), 128, dtype=np.uint8)


# ---- xarray


@Variable
def dataarray_coords(run):
    return xr.DataArray(
        np.array([4.0, 2.0, 3.0]), dims="trainId", coords={"trainId": [10, 20, 30]}, name="energy"
    )


@Variable
def dataarray_falling(run):
    return xr.DataArray(np.array([1.0, 2.0, 3.0]), dims="x", coords={"x": [3.0, 2.0, 1.0]})


@Variable
def dataarray_times(run):
    times = np.array(["2026-01-01T00:00:00", "2026-01-01T00:00:10"], dtype="datetime64[ns]")
    return xr.DataArray(np.array([1, 2]), dims="time", coords={"time": times}, name="counts")


@Variable
def dataarray_labels(run):
    return xr.DataArray([1.0, 2.0], dims="motor", coords={"motor": ["x", "y"]}, name="position")


@Variable
def dataarray_unnamed(run):
    return xr.DataArray(np.arange(5.0), dims="x")


@Variable
def dataarray_named_as_dim(run):
    return xr.DataArray(np.arange(3.0), dims="x", coords={"x": [1, 2, 3]}, name="x")


@Variable
def dataarray_units(run):
    return xr.DataArray(np.arange(3.0), dims="x", name="power", attrs={"units": "mW", "n": 3})


@Variable
def dataarray_0d(run):
    return xr.DataArray(3.25, name="mean")


@Variable
def dataarray_2d(run):
    return xr.DataArray(
        np.arange(6.0).reshape(2, 3),
        dims=("y", "x"),
        coords={"y": [0.5, 1.5], "x": [1, 2, 3], "label": ("y", ["a", "b"])},
        name="image",
    )


@Variable
def dataarray_3d(run):
    return xr.DataArray(np.zeros((2, 3, 4), dtype=np.float32), dims=("t", "y", "x"))


@Variable
def dataarray_complex(run):
    return xr.DataArray(np.arange(6).reshape(2, 3) * 1j, dims=("y", "x"), name="it")


@Variable
def dataarray_bool(run):
    return xr.DataArray(np.array([True, False]), dims="x", name="flags")


@Variable
def dataset(run):
    return xr.Dataset(
        {"a": ("x", np.arange(4.0)), "b": (("y", "x"), np.ones((2, 4), dtype=np.int16))},
        coords={"x": [1, 2, 3, 4]},
        attrs={"sample": "lysozyme"},
    )


# ---- figures


@Variable
def figure(run):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3))
    figure.subplots().plot([1, 2, 3], [1, 4, 9])
    return figure


@Variable
def axes(run):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(figsize=(2, 2))
    axes.plot([1, 2, 3], [9, 4, 1])
    return axes


# ---- Cell


@Variable
def nothing(run):
    return None


@Variable
def cell_summary(run):
    return Cell(np.array([1.0, 2.0, 6.0]), summary="mean")


@Variable(summary="max", units="mm")
def variable_summary(run):
    return np.array([1, 5, 2])


@Variable
def cell_summary_value(run):
    return Cell(np.arange(4.0), summary_value=0.125)


@Variable
def cell_summary_text(run):
    return Cell(np.zeros((3, 3)), summary_value="all dark")


@Variable
def cell_summary_array(run):
    return Cell(np.zeros((4, 4, 4)), summary_value=np.arange(3.0))


@Variable
def cell_summary_pair_of_integers(run):
    return Cell(np.zeros(4), summary_value=np.array([[1, 2, 3], [4, 6, 5]], np.int16))


@Variable
def cell_summary_pair_of_bools(run):
    return Cell(np.zeros(4), summary_value=np.array([[0, 1], [1, 0]], bool))


@Variable
def cell_summary_only(run):
    return Cell(None, summary_value=5)


@Variable
def cell_preview_only(run):
    return Cell(None, preview=np.arange(5.0))


@Variable
def cell_preview_only_2d(run):
    return Cell(None, preview=xr.DataArray(np.eye(4), dims=("y", "x")))


@Variable
def cell_summary_unknown(run):
    return Cell(np.arange(3.0), summary="no_such_function")


@Variable
def cell_preview_1d(run):
    return Cell(np.zeros((5, 6, 7)), preview=np.array([1.0, 3.0, 2.0]))


@Variable
def cell_preview_2d(run):
    return Cell(17, preview=np.arange(6, dtype=np.uint8).reshape(2, 3), summary_value=17)


@Variable
def cell_preview_dataarray(run):
    return Cell(
        1.0,
        summary_value="see preview",
        preview=xr.DataArray([1.0, 2.0], dims="x", coords={"x": [5, 6]}, name="p"),
    )


@Variable
def cell_preview_figure(run):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([1, 2])
    return Cell(np.arange(3), preview=figure)


@Variable
def cell_bold(run):
    return Cell(1.0, bold=True)


@Variable
def cell_not_bold(run):
    return Cell([1.0, 2.0], bold=False)


@Variable
def cell_background(run):
    return Cell(2.0, background="#ff8000")


@Variable
def cell_background_list(run):
    return Cell(2.0, background=[1, 2, 3])


@Variable
def cell_units(run):
    return Cell(2.0, units="keV")


# ---- what does not work out


@Variable
def skipped(run):
    raise Skip("no beam today")


@Variable
def failed(run):
    raise ValueError("first line\nsecond line with µ")


@Variable
def failed_silently(run):
    raise RuntimeError


@Variable
def after_failed(run, x: "var#failed"):
    return x


@Variable
def after_after_failed(run, x: "var#after_failed", y: "var#failed_silently"):
    return x


@Variable
def after_skipped(run, x: "var#skipped"):
    return x


@Variable
def after_nothing(run, x: "var#nothing"):
    return x


@Variable
def list_of_text(run):
    return ["a", "b"]


@Variable
def array_of_times(run):
    return np.array(["2026-01-01"], dtype="datetime64[s]")


@Variable
def an_object(run):
    return {"a": 1}


# ---- how variables hang together


@Variable(transient=True)
def hidden(run):
    return {"any": "object"}


@Variable
def after_hidden(run, x: "var#hidden"):
    return len(x)


@Variable
def total(run, numbers: "var#scalar_[if]*"):
    return float(numbers["scalar_int"] + numbers["scalar_float"])


@Variable
def run_number(run, number: "meta#run_number", proposal: "meta#proposal"):
    return number + proposal * 1000


@Variable
def trains(run):
    return len(run.train_ids)


@Variable
def energy(run):
    return run["SPB_XTD9_XGM/DOOCS/MAIN", "pulseEnergy.photonFlux"].xarray()
