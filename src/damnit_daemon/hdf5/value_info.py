"""Kind and size of a variable's data, determined without reading it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import h5py

from ..runner import file_format
from . import netcdf
from .layout import object_type


class DataKind(StrEnum):
    """Kind of data, which decides how it is shown."""

    SCALAR = "scalar"
    """A number, bool or complex."""
    TEXT = "text"
    BYTES = "bytes"
    ARRAY = "array"
    """Numbers, or text, of one or more dimensions."""
    IMAGE = "image"
    """A rendered figure, uint8 (height, width, 4)."""
    PLOTLY = "plotly"
    """A figure as JSON text."""
    DATAARRAY = "dataarray"
    DATASET = "dataset"
    TABLE = "table"
    """A pandas DataFrame or Series."""


@dataclass(frozen=True)
class ValueInfo:
    """Kind, type and size of data or a preview."""

    kind: DataKind
    dtype: str
    """NumPy dtype name; empty for a Dataset."""
    shape: tuple[int, ...]
    size_bytes: int
    """Size in memory; variable-length text counts as its references."""
    dims: tuple[str, ...] = ()
    """Names of the dimensions; only for xarray objects."""
    members: tuple[tuple[str, ValueInfo], ...] = ()
    """The variables of a Dataset, without coordinates."""


_MARKED = {
    file_format.IMAGE: DataKind.IMAGE,
    file_format.PLOTLY: DataKind.PLOTLY,
    file_format.DATAFRAME: DataKind.TABLE,
    file_format.SERIES: DataKind.TABLE,
}


def describe(found: h5py.Group | h5py.Dataset) -> ValueInfo | None:
    """Describe `/<name>` or `/.preview/<name>`; None if it holds nothing known."""
    mark = object_type(found)
    if isinstance(found, h5py.Group):
        if mark in (file_format.DATAARRAY, file_format.DATASET):
            return _describe_netcdf(found, mark)
        found = found.get("data")
    if not isinstance(found, h5py.Dataset):
        return None
    return _describe_plain(found, _MARKED.get(mark or ""))


def _describe_plain(dataset: h5py.Dataset, kind: DataKind | None) -> ValueInfo:
    text = h5py.check_string_dtype(dataset.dtype)
    shape = dataset.shape or ()
    if kind is None and shape:
        kind = DataKind.ARRAY
    if kind is None and text is not None:
        kind = DataKind.BYTES if text.length and text.encoding == "ascii" else DataKind.TEXT
    dtype = "str" if text is not None else str(dataset.dtype)
    return ValueInfo(kind or DataKind.SCALAR, dtype, shape, int(dataset.nbytes or 0))


def _describe_netcdf(group: h5py.Group, mark: str) -> ValueInfo:
    members = tuple(
        (path, _describe_variable(dataset))
        for path, dataset in netcdf.data_variables(group).items()
    )
    if mark == file_format.DATAARRAY and len(members) == 1:
        return members[0][1]
    size_bytes = sum(member.size_bytes for _, member in members)
    return ValueInfo(DataKind.DATASET, "", (), size_bytes, members=members)


def _describe_variable(dataset: h5py.Dataset) -> ValueInfo:
    dtype = _decoded_dtype(dataset)
    size_bytes = math.prod(dataset.shape) * dataset.dtype.itemsize
    dims = netcdf.dimension_names(dataset)
    return ValueInfo(DataKind.DATAARRAY, dtype, dataset.shape, size_bytes, dims)


def _decoded_dtype(dataset: h5py.Dataset) -> str:
    """Return the dtype that xarray gives: netCDF has no bool or time type."""
    if h5py.check_string_dtype(dataset.dtype) is not None:
        return "str"
    if _text_attribute(dataset, "dtype") == "bool":
        return "bool"
    if " since " in _text_attribute(dataset, "units"):
        return "datetime64[ns]"
    return str(dataset.dtype)


def _text_attribute(dataset: h5py.Dataset, name: str) -> str:
    value: Any = dataset.attrs.get(name, "")
    return value if isinstance(value, str) else ""
