"""Values saved by an earlier job: read for dependent variables instead of computed again.

Only for values that are read back exactly as the function returned them: arrays of numbers,
and xarray objects of them. Others change on their way through a file (a list
becomes an array, a tuple of levels is flattened): those are computed again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import file_format
from .attributes import are_kept
from .netcdf import name_in_netcdf, restore_attributes
from .netcdf_types import GENERIC_NAME

NUMBERS = "biuf"
"""Kinds of dtypes that are read back unchanged."""


class ValueMissing(Exception):  # noqa: N818 – house style
    """The value is missing, or would not be read back unchanged."""


def survives(value: Any) -> bool:
    """Return True if a value is read back equal to the saved one, in type too."""
    import numpy as np

    if type(value) is np.ndarray:
        return value.ndim > 0 and value.dtype.kind in NUMBERS and value.dtype.isnative
    if type(value).__module__.partition(".")[0] != "xarray":
        return False
    return _is_plain(value)


def read_back(folder: Path, proposal: int, run: int, name: str, context_hash: str) -> Any:
    """Read a value that was computed with the same context file.

    Raises:
        ValueMissing: If there is none.
    """
    import h5py

    path = folder / file_format.EXTRACTED_DATA / file_format.results_name(proposal, run)
    try:
        with h5py.File(path, "r") as file:
            if f"{file_format.ERRORS}/{name}" in file or name not in file:
                raise ValueMissing(name)
            reduced = file.get(f"{file_format.REDUCED}/{name}")
            if reduced is None or reduced.attrs.get(file_format.CONTEXT_HASH) != context_hash:
                raise ValueMissing(name)
            kind = reduced.attrs.get(file_format.COMES_BACK_AS)
            if kind == "ndarray":
                return file[f"{name}/data"][()]
        if kind in ("DataArray", "Dataset"):
            return _read_xarray(path, name, kind)
    except (OSError, KeyError, ValueError, RuntimeError) as error:  # any damage to the file
        raise ValueMissing(f"{name}: {error}") from error
    raise ValueMissing(name)


def _read_xarray(path: Path, name: str, kind: str) -> Any:
    import xarray as xr

    dataset = xr.load_dataset(path, group=name, engine="h5netcdf")
    dataset.attrs.pop(file_format.OBJECT_TYPE, None)
    restore_attributes(dataset)
    items: list[Any] = [dataset, *dataset.variables.values()]
    for item in items:
        item.encoding.clear()
        # Python numbers are included: numpy scalars become these on the way.
        item.attrs = {key: getattr(v, "item", lambda v=v: v)() for key, v in item.attrs.items()}
    if kind == "Dataset":
        return dataset
    (only,) = dataset.data_vars
    array = dataset[only]
    return array.rename(None) if only == GENERIC_NAME else array


def _is_plain(value: Any) -> bool:
    """Return True if netCDF keeps all of an xarray object: names, numbers, attributes."""
    import xarray as xr

    if type(value) is xr.DataArray:
        if value.name is not None and (value.name in value.coords or value.name in value.dims):
            return False
        names = [value.name] if value.name is not None else []
        variables = [value.variable, *(c.variable for c in value.coords.values())]
        attributes: list[Any] = []  # a DataArray's are its variable's
    elif type(value) is xr.Dataset:
        names, variables = [*value.data_vars], list(value.variables.values())
        attributes = [value.attrs]
    else:
        return False
    names += [*value.coords, *value.dims]
    return (
        all(isinstance(name, str) and name_in_netcdf(name) == name for name in names)
        and not any(len(name.split()) > 1 for name in value.coords)
        and set(value.xindexes) == {n for n, c in value.coords.items() if c.dims == (n,)}
        and all(_is_plain_array(variable) for variable in variables)
        and all(map(are_kept, [*attributes, *(variable.attrs for variable in variables)]))
    )


def _is_plain_array(variable: Any) -> bool:
    import numpy as np

    dtype = variable.dtype
    return (
        dtype.kind in NUMBERS
        and dtype.isnative
        and dtype.itemsize <= 8
        and isinstance(variable.data, np.ndarray)
    )
