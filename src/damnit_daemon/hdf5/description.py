"""What kind of thing a variable is and how big, told without reading it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import h5py

from ..runner import layout
from . import netcdf
from .contents import object_type


class Kind(StrEnum):
    """How data is to be looked at."""

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
class Description:
    """Kind, type and size of data or a preview."""

    kind: Kind
    dtype: str
    """As NumPy calls it; empty for a Dataset."""
    shape: tuple[int, ...]
    size_bytes: int
    """When read into memory; text of variable length counts as its references."""
    dims: tuple[str, ...] = ()
    """Names of the dimensions; only for xarray objects."""
    members: tuple[tuple[str, Description], ...] = ()
    """The variables of a Dataset, without coordinates."""


_MARKED = {
    layout.IMAGE: Kind.IMAGE,
    layout.PLOTLY: Kind.PLOTLY,
    layout.DATAFRAME: Kind.TABLE,
    layout.SERIES: Kind.TABLE,
}


def describe(found: h5py.Group | h5py.Dataset) -> Description | None:
    """Describe `/<name>` or `/.preview/<name>`; None if it holds nothing known."""
    mark = object_type(found)
    if isinstance(found, h5py.Group):
        if mark in (layout.DATAARRAY, layout.DATASET):
            return _describe_netcdf(found, mark)
        found = found.get("data")
    if not isinstance(found, h5py.Dataset):
        return None
    return _describe_plain(found, _MARKED.get(mark or ""))


def _describe_plain(dataset: h5py.Dataset, kind: Kind | None) -> Description:
    text = h5py.check_string_dtype(dataset.dtype)
    shape = dataset.shape or ()
    if kind is None and shape:
        kind = Kind.ARRAY
    if kind is None and text is not None:
        kind = Kind.BYTES if text.length and text.encoding == "ascii" else Kind.TEXT
    dtype = "str" if text is not None else str(dataset.dtype)
    return Description(kind or Kind.SCALAR, dtype, shape, int(dataset.nbytes or 0))


def _describe_netcdf(group: h5py.Group, mark: str) -> Description:
    members = tuple(
        (path, _describe_variable(dataset))
        for path, dataset in netcdf.data_variables(group).items()
    )
    if mark == layout.DATAARRAY and len(members) == 1:
        return members[0][1]
    size_bytes = sum(member.size_bytes for _, member in members)
    return Description(Kind.DATASET, "", (), size_bytes, members=members)


def _describe_variable(dataset: h5py.Dataset) -> Description:
    dtype = _decoded_dtype(dataset)
    size_bytes = math.prod(dataset.shape) * dataset.dtype.itemsize
    dims = netcdf.dimension_names(dataset)
    return Description(Kind.DATAARRAY, dtype, dataset.shape, size_bytes, dims)


def _decoded_dtype(dataset: h5py.Dataset) -> str:
    """The type that xarray gives: netCDF has no bool and no time of its own."""
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
