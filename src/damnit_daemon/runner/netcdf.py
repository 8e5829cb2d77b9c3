"""xarray objects as netCDF groups of an HDF5 file that `xarray.load_dataset` can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .attributes import original_attributes, storable_text, stored_attributes
from .netcdf_types import GENERIC_NAME

NAME_ATTRIBUTE = "__xarray_dataarray_name__"
"""Attribute in which xarray keeps a DataArray name that netCDF does not allow."""


def as_dataset(value: Any) -> tuple[Any, list[str]]:
    """Make a Dataset that netCDF can hold: names are text without `/`, attributes are simple.

    Args:
        value: A DataArray or Dataset from `plain`, or a pandas table, which becomes
            a Dataset along its index.

    Returns:
        The Dataset, and notes about what could not be kept.
    """
    import xarray as xr

    if isinstance(value, xr.DataArray):
        value = _named(value)
    dataset = value.drop_encoding()
    names = _names(dataset)
    dataset = dataset.rename({old: new for old, new in names.items() if old != new})
    notes = [
        f"{old!r} is stored as {new!r}"
        for old, new in names.items()
        if new not in (old, str(old).replace("/", "_"))
    ]
    dataset.attrs, left_out = stored_attributes(dataset.attrs)
    notes += left_out
    for variable in dataset.variables.values():
        of_times = variable.dtype.kind in "mM"
        variable.attrs, left_out = stored_attributes(variable.attrs, of_times=of_times)
        notes += left_out
    return dataset, notes


def restore_attributes(dataset: Any) -> None:
    """Restore the original attribute names of a Dataset that was read."""
    dataset.attrs = original_attributes(dataset.attrs)
    for variable in dataset.variables.values():
        variable.attrs = original_attributes(variable.attrs)


def write_dataset(path: Path, group: str, dataset: Any) -> list[str]:
    """Write a Dataset as a group of the file; numbers are compressed as in DAMNIT.

    Returns:
        Notes about what could not be kept: a rejected attribute does not lose the value.
    """
    import h5py

    try:
        _write(path, group, dataset)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError, ValueError) as error:
        bare = dataset.copy(deep=False)
        for item in (bare, *bare.variables.values()):
            item.attrs = {}
        with h5py.File(path, "a") as file:
            file.pop(group, None)
        try:
            _write(path, group, bare)
        except Exception:  # noqa: BLE001 - not for its attributes, then: the first error is the one
            raise error from None
        return [f"its attributes are omitted: {type(error).__name__}: {error}"]
    return []


def _write(path: Path, group: str, dataset: Any) -> None:
    encoding = {
        name: {"zlib": True, "complevel": 1, "shuffle": True}
        for name, variable in dataset.data_vars.items()
        if variable.ndim and variable.dtype.kind in "biufcmM"
    }
    dataset.to_netcdf(
        path,
        mode="a" if path.stat().st_size else "w",
        group=group,
        engine="h5netcdf",
        encoding=encoding,
    )


def _named(array: Any) -> Any:
    """Return a one-variable Dataset, named as by `DataArray.to_netcdf`."""
    name = array.name
    if name is None:
        return array.to_dataset(name=GENERIC_NAME)
    if name in array.coords or name in array.dims:
        dataset = array.to_dataset(name=GENERIC_NAME)
        dataset.attrs[NAME_ATTRIBUTE] = name
        return dataset
    return array.to_dataset()


def _names(dataset: Any) -> dict[Any, str]:
    """Return unique netCDF names for its variables and dimensions."""
    every = list(dict.fromkeys([*dataset.variables, *dataset.dims]))
    apart = {*dataset.coords} - {*dataset.dims}  # listed in an attribute, separated by spaces
    new_names = {name: name_in_netcdf(name, one_word=name in apart) for name in every}
    found = {name: new for name, new in new_names.items() if new == name}
    used = set(found)
    for name, new in new_names.items():
        if name in found:
            continue
        while new in used:
            new += "_"
        found[name] = new
        used.add(new)
    return found


def name_in_netcdf(name: Any, *, one_word: bool = False) -> str:
    """Return a valid netCDF name: no `/`, not empty; a single word if used in a list."""
    text = storable_text(str(name)).replace("/", "_")
    if one_word:
        text = "_".join(text.split())
    return text if text.strip(".") else f"_{text[1:]}"
