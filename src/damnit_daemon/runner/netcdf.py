"""xarray objects as netCDF groups of an HDF5 file, as `xarray.load_dataset` reads them back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

GENERIC_NAME = "__xarray_dataarray_variable__"
NAME_ATTRIBUTE = "__xarray_dataarray_name__"
"""What xarray itself calls a DataArray without a usable name, and where it keeps the name."""


def as_dataset(value: Any) -> Any:
    """A Dataset that netCDF can hold: names are text without `/`, attributes are simple.

    A pandas table becomes a Dataset along its index. Indexes of several levels
    become ordinary coordinates. Attributes that netCDF has no type for are kept as
    JSON, or as the text Python prints.
    """
    import xarray as xr

    if isinstance(value, xr.DataArray):
        value = _named(value)
    elif not isinstance(value, xr.Dataset):  # a pandas table
        value = as_frame(value).rename_axis(index=lambda name: name or "index").to_xarray()
    dataset = value.drop_encoding()
    levels = [
        n for n, index in dataset.xindexes.items() if type(index).__name__ == "PandasMultiIndex"
    ]
    if levels:
        dims = {dim for name in levels for dim in dataset[name].dims}
        dataset = dataset.reset_index([dim for dim in dims if dim in dataset.coords])
    dataset = dataset.rename(
        {n: _name(n) for n in {*dataset.variables, *dataset.dims} if n != _name(n)}
    )
    dataset.attrs = _simple(dataset.attrs)
    for variable in dataset.variables.values():
        variable.attrs = _simple(variable.attrs)
    return dataset


def as_frame(table: Any) -> Any:
    """A pandas table as a DataFrame whose columns have names; the table itself is not changed."""
    frame = table.to_frame() if table.ndim == 1 else table
    return frame.rename(columns=str)


def write_dataset(path: Path, group: str, dataset: Any) -> None:
    """Write it as a group of the file; numbers are compressed as DAMNIT compresses them."""
    encoding = {
        name: {"zlib": True, "complevel": 1, "shuffle": True}
        for name, variable in dataset.data_vars.items()
        if variable.ndim and variable.dtype.kind in "biufmM"
    }
    dataset.to_netcdf(
        path,
        mode="a" if path.stat().st_size else "w",
        group=group,
        engine="h5netcdf",
        encoding=encoding,
    )


def _named(array: Any) -> Any:
    """A Dataset of one variable, called as `DataArray.to_netcdf` would call it."""
    name = array.name
    if name is None:
        return array.to_dataset(name=GENERIC_NAME)
    if name in array.coords or name in array.dims:
        dataset = array.to_dataset(name=GENERIC_NAME)
        dataset.attrs[NAME_ATTRIBUTE] = name
        return dataset
    return array.to_dataset()


def _name(name: Any) -> str:
    return str(name).replace("/", "_")


def _simple(attributes: dict[Any, Any]) -> dict[str, Any]:
    return {_name(key): _simple_value(value) for key, value in attributes.items()}


def _simple_value(value: Any) -> Any:
    import numpy as np

    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, (str, int, float, np.number)):
        return value
    array = np.asarray(value) if isinstance(value, (list, tuple, np.ndarray)) else None
    if array is not None and array.ndim == 1 and array.dtype.kind in "iuf":
        return value
    if array is not None and array.ndim == 1 and all(isinstance(item, str) for item in value):
        return value
    try:
        return json.dumps(value)
    except (TypeError, ValueError):
        return str(value)
