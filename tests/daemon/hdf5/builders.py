"""Small fragments and results files, as DAMNIT lays them out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from damnit_daemon.model import RunKey

KEY = RunKey(1234, 7)
NAMELESS = "__xarray_dataarray_variable__"
PNG = b"\x89PNG\r\n\x1a\n and so on"


class Fragment:
    """An HDF5 file to be filled: `Fragment(path).value("a", 1, at=5.0)`."""

    def __init__(self, path: Path, provenance: str = "context.py") -> None:
        self.path = path
        path.parent.mkdir(exist_ok=True, parents=True)
        with h5py.File(path, "w") as file:
            file.attrs["provenance"] = provenance
            for group in (".reduced", ".preview", ".errors"):
                file.create_group(group)

    def value(
        self,
        name: str,
        data: Any,
        *,
        at: float | None = None,
        summary: Any = None,
        **attributes: Any,
    ) -> Fragment:
        """Data with a summary; the data itself by default."""
        self.data(name, data)
        with h5py.File(self.path, "r+") as file:
            reduced = file.create_dataset(
                f".reduced/{name}", data=_storable(data if summary is None else summary)
            )
            _note(reduced, at, attributes)
        return self

    def data(self, name: str, data: Any, mark: str = "") -> Fragment:
        """Data alone: `/name/data`, or a netCDF group."""
        if isinstance(data, xr.DataArray | xr.Dataset):
            return self.netcdf(name, data)
        with h5py.File(self.path, "r+") as file:
            file.create_dataset(f"{name}/data", data=_storable(data))
            if mark:
                file[name].attrs["_damnit_objtype"] = mark
        return self

    def netcdf(self, place: str, data: xr.DataArray | xr.Dataset) -> Fragment:
        """An xarray object as a netCDF group, as DAMNIT writes it."""
        is_array = isinstance(data, xr.DataArray)
        variables = data.to_dataset(name=data.name or NAMELESS) if is_array else data
        encoding = {
            name: {"zlib": True, "complevel": 1, "shuffle": True}
            for name, variable in variables.data_vars.items()
            if variable.dtype.kind in "biufM"
        }
        data.to_netcdf(self.path, mode="a", group=place, engine="h5netcdf", encoding=encoding)
        with h5py.File(self.path, "r+") as file:
            file[place].attrs["_damnit_objtype"] = "dataarray" if is_array else "dataset"
        return self

    def preview(self, name: str, data: Any, mark: str = "") -> Fragment:
        """A preview: a dataset or netCDF group in `.preview`."""
        if isinstance(data, xr.DataArray):
            return self.netcdf(f".preview/{name}", data)
        with h5py.File(self.path, "r+") as file:
            dataset = file.create_dataset(f".preview/{name}", data=data)
            if mark:
                dataset.attrs["_damnit_objtype"] = mark
        return self

    def error(
        self, name: str, message: str, error_class: str = "ValueError", *, at: float | None = None
    ) -> Fragment:
        """Why a variable has no value."""
        with h5py.File(self.path, "r+") as file:
            dataset = file.create_dataset(f".errors/{name}", data=message)
            _note(dataset, at, {"type": error_class})
        return self

    def written_at(self, when: float) -> Fragment:
        """Set the file's own time."""
        os.utime(self.path, (when, when))
        return self


def _note(dataset: h5py.Dataset, at: float | None, attributes: dict[str, Any]) -> None:
    if at is not None:
        dataset.attrs["computed_at"] = np.float64(at)
    for name, attribute in attributes.items():
        dataset.attrs[name] = attribute


def _storable(data: Any) -> Any:
    if isinstance(data, bytes) and data.startswith(PNG[:8]):
        return np.frombuffer(data, dtype=np.uint8)
    return np.bytes_(data) if isinstance(data, bytes) else data
