"""netCDF groups inside a results file: copy them whole, read them with xarray.

xarray itself is imported only when something is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import h5py
import numpy as np

from ..runner.attributes import original_attributes
from ..runner.file_format import DATAARRAY, OBJECT_TYPE
from ..runner.netcdf import NAME_ATTRIBUTE, restore_attributes
from ..runner.netcdf_types import GENERIC_NAME

if TYPE_CHECKING:
    import xarray as xr

_XarrayObject = TypeVar("_XarrayObject", "xr.DataArray", "xr.Dataset")

LINKS = ("DIMENSION_LIST", "REFERENCE_LIST")
"""References between variables and their dimensions; they dangle after a copy."""

CLASS = b"CLASS"
HIDDEN_CLASS = b"_damnit_CLASS"

DIMENSION_ID = "_Netcdf4Dimid"
DIMENSION_IDS = "_Netcdf4Coordinates"


def datasets_in(item: h5py.Group | h5py.Dataset) -> dict[str, h5py.Dataset]:
    """Return all datasets at any depth, by path; a dataset itself is at `.`."""
    if isinstance(item, h5py.Dataset):
        return {".": item}
    found: dict[str, h5py.Dataset] = {}

    def collect(path: str, inner: Any) -> None:
        if isinstance(inner, h5py.Dataset):
            found[path] = inner

    item.visititems(collect)
    return found


def has_dimensions(datasets: dict[str, h5py.Dataset]) -> bool:
    """Return True if any of them is a dimension or refers to one."""
    return any(
        is_scale(dataset) or any(link in dataset.attrs for link in LINKS)
        for dataset in datasets.values()
    )


def check_dimensions(datasets: dict[str, h5py.Dataset]) -> None:
    """Follow each variable's references to its dimensions.

    Raises:
        Exception: Any error of h5py, if a reference leads nowhere.
    """
    for dataset in datasets.values():
        for dimension in dataset.dims:
            for scale in dimension.values():
                _address(scale)


def restore_dimensions(
    source: dict[str, h5py.Dataset], copies: dict[str, h5py.Dataset], new_ids: Iterator[int]
) -> None:
    """Make copied variables refer to the copies of their dimensions.

    netCDF numbers dimensions once per file, so each copied group gets new IDs.

    Args:
        source: The original datasets, by path.
        copies: The copies, by the same paths.
        new_ids: IDs not used by any dimension of the new file.
    """
    for copy in copies.values():
        for link in LINKS:
            if link in copy.attrs:
                del copy.attrs[link]
    scales = {_address(d): path for path, d in source.items() if is_scale(d)}
    for path, dataset in source.items():
        if "DIMENSION_LIST" not in dataset.attrs:
            continue
        for original, copy in zip(dataset.dims, copies[path].dims, strict=True):
            for scale in original.values():
                if scale_path := scales.get(_address(scale)):
                    with _without_other_class(copies[path]):
                        copy.attach_scale(copies[scale_path])
    _renumber([copies[path] for path in scales.values()], copies, new_ids)


def read_xarray(file: h5py.File, group: str, index: Any = None) -> xr.DataArray | xr.Dataset:
    """Read a netCDF group, or a slice of its only variable.

    Args:
        file: The open file.
        group: Path of the group.
        index: NumPy index into a DataArray; the rest is not read.

    Returns:
        A DataArray if DAMNIT's object type says so (and there is a single variable), else a
        Dataset; loaded, without DAMNIT's own attributes.
    """
    import h5netcdf
    import xarray as xr

    # Use the open file: the path may point to a different one by now.
    root = h5netcdf.File(file, "r", decode_vlen_strings=True)
    store = xr.backends.H5NetCDFStore(root, group=f"/{group}")
    with xr.open_dataset(store) as opened:
        if file[group].attrs.get(OBJECT_TYPE) != DATAARRAY or len(opened.data_vars) != 1:
            dataset = opened.load()
            restore_attributes(dataset)
            return _without_marks(dataset)
        (array,) = opened.data_vars.values()
        if index is not None:
            array = array[index]
        array = array.load()
        if array.name == GENERIC_NAME:
            array.name = opened.attrs.get(NAME_ATTRIBUTE)
        for variable in (array.variable, *(c.variable for c in array.coords.values())):
            variable.attrs = original_attributes(variable.attrs)
        return _without_marks(array)


def data_variables(group: h5py.Group) -> dict[str, h5py.Dataset]:
    """Return the variables of a group, without dimensions and coordinates."""
    found = {name: item for name, item in group.items() if isinstance(item, h5py.Dataset)}
    coordinates = set(_words(group))
    for dataset in found.values():
        coordinates.update(_words(dataset))
    return {n: d for n, d in found.items() if n not in coordinates and not is_scale(d)}


def dimension_names(dataset: h5py.Dataset) -> tuple[str, ...]:
    """Return the dimension names of a variable; `?` where unknown."""
    scales = (dimension.values() for dimension in dataset.dims)
    return tuple(found[0].name.rpartition("/")[2] if found else "?" for found in scales)


def _words(item: h5py.HLObject) -> list[str]:
    text = item.attrs.get("coordinates", "")
    return text.split() if isinstance(text, str) else []


def _without_marks(value: _XarrayObject) -> _XarrayObject:
    value.attrs = {k: v for k, v in value.attrs.items() if not str(k).startswith("_damnit_")}
    return value


def _renumber(
    scales: list[h5py.Dataset], copies: dict[str, h5py.Dataset], new_ids: Iterator[int]
) -> None:
    numbers: dict[int, int] = defaultdict(lambda: next(new_ids))
    without = [scale for scale in scales if DIMENSION_ID not in scale.attrs]
    for copy in copies.values():
        for name in (DIMENSION_ID, DIMENSION_IDS):
            if name in copy.attrs:
                old = np.asarray(copy.attrs[name])
                new = np.array([numbers[int(n)] for n in old.flat], np.int32)
                copy.attrs.modify(name, new.reshape(old.shape))
    for scale in without:
        scale.attrs.create(DIMENSION_ID, np.int32(next(new_ids)))


def is_scale(dataset: h5py.Dataset) -> bool:
    """Return True if a dataset is a dimension scale.

    HDF5's own function compares the first bytes of a variable-length `CLASS`, a pointer: about
    one in sixteen passes for a scale.
    """
    if not h5py.h5a.exists(dataset.id, CLASS):
        return False
    kind = h5py.h5a.open(dataset.id, CLASS).get_type()
    if not isinstance(kind, h5py.h5t.TypeStringID) or kind.is_variable_str():
        return False
    return bool(h5py.h5ds.is_scale(dataset.id))


@contextmanager
def _without_other_class(dataset: h5py.Dataset) -> Iterator[None]:
    """Hide a `CLASS` that makes no dimension scale from HDF5, which may misread it."""
    is_odd = h5py.h5a.exists(dataset.id, CLASS) and not is_scale(dataset)
    if is_odd:
        h5py.h5a.rename(dataset.id, CLASS, HIDDEN_CLASS)
    try:
        yield
    finally:
        if is_odd:
            h5py.h5a.rename(dataset.id, HIDDEN_CLASS, CLASS)


def _address(dataset: h5py.Dataset) -> int:
    return int(h5py.h5o.get_info(dataset.id).addr)
