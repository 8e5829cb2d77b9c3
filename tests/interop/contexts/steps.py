"""Results that differ each time the run is processed: `step.txt` says which time it is."""

from pathlib import Path

import numpy as np
import xarray as xr

from damnit_ctx import Cell, Variable


def _step():
    return int(Path("step.txt").read_text())


@Variable
def step(run):
    return _step()


@Variable
def steady(run):
    return xr.DataArray(np.arange(4.0), dims="x", coords={"x": [1, 2, 3, 4]}, name="steady")


@Variable
def growing(run):
    n = 3 * _step()
    return xr.DataArray(np.arange(float(n)), dims="x", coords={"x": np.arange(n)}, name="growing")


@Variable
def growing_dataset(run):
    n = _step()
    return xr.Dataset({"a": ("x", np.arange(n)), "b": (("y", "x"), np.ones((2, n)))})


@Variable
def changing_kind(run):
    kinds = [1.5, "text", np.arange(5), xr.DataArray([1.0, 2.0], dims="x", name="a"), np.eye(3)]
    return kinds[_step() % len(kinds)]


@Variable
def fails_at_even_steps(run):
    if _step() % 2 == 0:
        raise ValueError(f"step {_step()}")
    return _step()


@Variable
def fails_at_odd_steps(run):
    if _step() % 2:
        raise ValueError(f"step {_step()}")
    return _step()


@Variable
def preview_at_odd_steps(run):
    return Cell(_step(), summary_value=_step(), preview=np.arange(3.0) if _step() % 2 else None)


@Variable
def coloured_at_odd_steps(run):
    return Cell(1.0, bold=True, background="#102030") if _step() % 2 else 1.0


@Variable
def preview_alone_at_even_steps(run):
    return _step() if _step() % 2 else Cell(None, preview=np.arange(5.0))
