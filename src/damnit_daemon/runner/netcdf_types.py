"""xarray objects converted to netCDF types: numbers, dates and text in memory.

Values are kept; if not all of a value can be, a note says so.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from numbers import Complex, Real
from typing import Any

from .attributes import storable_text

GENERIC_NAME = "__xarray_dataarray_variable__"
"""xarray's name for a DataArray without a usable one."""

WIDEST_BYTES = {"f": 8, "c": 16}


def plain(value: Any) -> tuple[Any, list[str]]:
    """Convert a DataArray or Dataset to a form that can be stored.

    * Arrays that are lazy, sparse, or have units (dask, sparse, pint) are computed; the units
      become an attribute.
    * Levels of a MultiIndex become separate coordinates.
    * Intervals, as of `groupby_bins`, become their centres; the edges are two more coordinates.
    * Other objects along a coordinate become numbers, dates, or else text.

    Returns:
        The object, and notes about changes.

    Raises:
        TypeError: If data are objects; the message names them and a solution.
    """
    import xarray as xr

    if isinstance(value, xr.DataArray):
        dataset, notes = _plain(value.to_dataset(name=GENERIC_NAME))
        return dataset[GENERIC_NAME].rename(value.name), notes
    return _plain(value)


def _plain(dataset: Any) -> tuple[Any, list[str]]:
    notes: list[str] = []
    dataset = _without_levels(_with_units(dataset)).as_numpy()
    for name, variable in list(dataset.variables.items()):
        values = variable.to_numpy()
        if values.dtype.kind == "O" and name in dataset.indexes:
            # Before 2025, xarray returns integers for an index of times with a time zone.
            values = dataset.indexes[name].to_numpy(dtype=object)
        if values.dtype.kind in "biumMS":
            continue
        if name in dataset.coords and _are_intervals(values):
            dataset = _with_bins(dataset, name, values)
            continue
        made, note = _storable(values)
        if made is None and name in dataset.coords:
            made, note = _as_text(values), f"as text, not as {_kinds(values)}"
        elif made is None:
            what = "The data" if name == GENERIC_NAME else f"Variable {name!r}"
            raise TypeError(
                f"{what}: elements of type {_kinds(values)} cannot be stored. "
                "Convert them, with .astype(float) or .astype(str) for example"
            )
        if note:
            what = "it" if name == GENERIC_NAME else repr(name)
            notes.append(f"{what} is stored {note}")
        if made is not values:
            dataset = dataset.assign({name: (variable.dims, made, variable.attrs)})
    return dataset, notes


def _with_units(dataset: Any) -> Any:
    pint: Any = sys.modules.get("pint")
    if pint is None:
        return dataset
    dataset = dataset.copy(deep=False)
    for variable in dataset.variables.values():
        if isinstance(variable.data, pint.Quantity) and (units := f"{variable.data.units:~}"):
            variable.attrs = {**variable.attrs, "units": units}
    return dataset


def _without_levels(dataset: Any) -> Any:
    levels = [
        n for n, index in dataset.xindexes.items() if type(index).__name__ == "PandasMultiIndex"
    ]
    dims = {dim for name in levels for dim in dataset[name].dims}
    return dataset.reset_index([dim for dim in dims if dim in dataset.coords]) if dims else dataset


def _are_intervals(values: Any) -> bool:
    return (
        values.dtype.kind == "O"
        and values.ndim == 1
        and values.size > 0
        and all(type(item).__name__ == "Interval" for item in values)
    )


def _with_bins(dataset: Any, name: Any, values: Any) -> Any:
    """Replace intervals by their centres, and add both edges."""
    import pandas as pd

    bins, variable = pd.IntervalIndex(values), dataset.variables[name]
    added = {name: (variable.dims, bins.mid.to_numpy(), {**variable.attrs, "closed": bins.closed})}
    for side, edges in (("left", bins.left), ("right", bins.right)):
        edge = f"{name}_{side}"
        while edge in dataset.variables:
            edge += "_"
        added[edge] = (variable.dims, edges.to_numpy(), {})
    return dataset.assign_coords(added)


def _storable(values: Any) -> tuple[Any, str]:
    """Return an array of a netCDF type and a note on the change; None if there is none."""
    import numpy as np
    import pandas as pd

    dtype = values.dtype
    if dtype.kind in WIDEST_BYTES:
        widest = WIDEST_BYTES[dtype.kind]
        if dtype.itemsize <= widest:
            return values, ""
        return values.astype(f"{dtype.kind}{widest}"), f"rounded from {dtype}"
    if dtype.kind not in "OUT":
        return None, ""
    items = values.astype(object).ravel()
    missing = pd.isna(items)
    there = items[~missing]
    if _all(there, str):
        if dtype.kind == "U" and not any(storable_text(t) != t for t in there):
            return values, ""
        texts = ["" if m else storable_text(t) for t, m in zip(items, missing, strict=True)]
        return _shaped(texts, values), "with empty text where there is none" * bool(missing.any())
    if _all(there, datetime):
        times = pd.to_datetime(items, utc=True).tz_localize(None).to_numpy()
        return times.reshape(values.shape), "in UTC"
    for kind in (Real, Complex):
        if _all(there, kind):
            stored_as = object if not missing.any() else float if kind is Real else complex
            filled = [np.nan if m else n for n, m in zip(items, missing, strict=True)]
            numbers = np.array(filled, None if stored_as is object else stored_as)
            fits = numbers.dtype.kind in "biufc"
            return (numbers.reshape(values.shape), "") if fits else (None, "")
    return None, ""


def _all(items: Iterable[Any], kind: type) -> bool:
    return all(isinstance(item, kind) for item in items)


def _as_text(values: Any) -> Any:
    return _shaped([storable_text(str(item)) for item in values.ravel().tolist()], values)


def _shaped(texts: list[str], values: Any) -> Any:
    import numpy as np

    made = np.empty(values.size, object)
    made[:] = texts
    return made.reshape(values.shape)


def _kinds(values: Any) -> str:
    if values.dtype.kind != "O":
        return str(values.dtype)
    kinds = sorted({type(item).__name__ for item in values.ravel()})
    return ", ".join(kinds[:3]) + ", …" * (len(kinds) > 3)
