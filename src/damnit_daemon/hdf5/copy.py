"""Copy between HDF5 files without reading the data into Python."""

from __future__ import annotations

from collections.abc import Iterator

import h5py

from . import netcdf
from .layout import PARTS, child, other_parts, refuse_strange


def copy_frame(source: h5py.File, new: h5py.File) -> None:
    """Copy what belongs to no variable, nor is an entry of a group: attributes, unknown datasets.

    The groups of summaries, previews and errors, and those of other programs, are created empty.
    """
    _copy_attributes(source, new)
    for part in (*PARTS, *other_parts(source)):
        copy_part(source, part, new)
    for name in source:
        if name.startswith(".") and isinstance(child(source, name), h5py.Dataset):
            source.copy(name, new, name, expand_refs=True)


def copy_part(source: h5py.File, part: str, new: h5py.File) -> h5py.Group:
    """Return a group of the new file; create it with its attributes, if it is missing."""
    if part not in new:
        made = new.create_group(part)
        if (original := child(source, part)) is not None:
            _copy_attributes(original, made)
    return new[part]


def copy_entry(
    source: h5py.Group, name: str, into: h5py.Group, dimension_ids: Iterator[int]
) -> None:
    """Copy a variable's data, summary, preview or error.

    Args:
        source: Group that contains it.
        name: Variable name.
        into: Target group in the new file.
        dimension_ids: IDs not used by any netCDF dimension of the new file.
    """
    found = source[name]
    refuse_strange(found)
    datasets = netcdf.datasets_in(found)
    is_netcdf = netcdf.has_dimensions(datasets)
    source.copy(name, into, name, expand_refs=not is_netcdf)
    if is_netcdf:
        netcdf.restore_dimensions(datasets, netcdf.datasets_in(into[name]), dimension_ids)


def check_entry(found: h5py.Group | h5py.Dataset) -> None:
    """Read everything of a variable that a merge reads, except the numbers.

    Raises:
        Exception: One of `HDF5_FAILURES`, if the variable could not be copied again.
    """
    refuse_strange(found)
    datasets = netcdf.datasets_in(found)
    if netcdf.has_dimensions(datasets):
        netcdf.check_dimensions(datasets)
    _check_attributes(found)
    if isinstance(found, h5py.Group):
        found.visititems(lambda _, item: _check_attributes(item))


def _check_attributes(item: h5py.HLObject) -> None:
    for name in item.attrs:
        if name not in netcdf.LINKS:
            item.attrs[name]


def _copy_attributes(source: h5py.HLObject, new: h5py.HLObject) -> None:
    for name in source.attrs:
        stored = source.attrs.get_id(name)
        new.attrs.create(name, source.attrs[name], shape=stored.shape, dtype=stored.dtype)
