"""The layout of one variable's result in HDF5: its data, preview and summary, or its error."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import file_format, tables
from .attributes import storable_text
from .cell import Cell, is_a
from .netcdf import as_dataset, write_dataset
from .netcdf_types import plain
from .saved_values import survives
from .summary import Summary, max_diff, summarise
from .thumbnail import figure_pixels

if TYPE_CHECKING:
    import h5py


MOST_ATTRIBUTE_CHARS = 30_000
"""HDF5 has room for 64 kB in an attribute."""


@dataclass(frozen=True)
class Computed:
    """Provenance of a value, stored with it."""

    computed_at: float
    """Time of computation, Unix seconds UTC."""
    duration_s: float | None
    """Duration of the function; None if unknown."""
    context_hash: str
    fingerprint: str = ""
    """Fingerprint of the code, see `fingerprint`; empty if unknown."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Values of the parameters that it depends on."""
    job: int = 0
    """Number of the daemon's job; 0 if it is none."""


@dataclass(frozen=True)
class Prepared:
    """A cell converted for writing."""

    cell: Cell
    """The cell, with data and preview as stored."""
    summary: Summary
    table: Any
    """A pandas table as the bytes of a Parquet file, uint8; None if the data are not a table."""
    datasets: dict[str, Any]
    """xarray Datasets by their role: `data`, `preview`."""
    comes_back_as: str | None
    """See `file_format.COMES_BACK_AS`."""
    notes: list[str] = field(default_factory=list)
    """Notes on what could not be kept; writing may add to them."""


def prepare(cell: Cell) -> Prepared:
    """Convert a cell to what the file stores.

    Raises:
        TypeError: If it cannot be stored.
    """
    made, table, datasets, notes = copy.copy(cell), None, {}, [*cell.notes]
    for what in ("data", "preview"):
        value = getattr(cell, what)
        if _is_table(value) and tables.has_parquet():
            table, warnings = tables.parquet(value)
        elif _is_table(value):
            dataset, warnings = tables.as_dataset(value)
            datasets[what], left_out = as_dataset(dataset)
            warnings += left_out
        elif _netcdf_kind(value):
            value, warnings = plain(value)
            setattr(made, what, value)
            datasets[what], left_out = as_dataset(value)
            warnings += left_out
        else:
            continue
        notes += warnings
    if made.units is None and is_a(made.data, "xarray", "DataArray"):
        units = made.data.attrs.get("units")
        made.units = units if isinstance(units, str) and units else None
    comes_back_as = type(cell.data).__name__ if survives(cell.data) else None
    return Prepared(made, summarise(made, made.summary), table, datasets, comes_back_as, notes)


def write_netcdf(path: Path, name: str, prepared: Prepared) -> None:
    """Write the xarray parts; xarray opens the file itself."""
    for what, group in (("data", name), ("preview", f"{file_format.PREVIEW}/{name}")):
        if what in prepared.datasets:
            prepared.notes.extend(write_dataset(path, group, prepared.datasets[what]))


def write_cell(file: h5py.File, name: str, prepared: Prepared, computed: Computed) -> None:
    """Write a cell, except for what `write_netcdf` has already written."""
    cell = prepared.cell
    if prepared.table is not None:
        file.create_dataset(f"{name}/data", data=prepared.table)
        is_series = cell.data.ndim == 1
        file[name].attrs[file_format.OBJECT_TYPE] = (
            file_format.SERIES if is_series else file_format.DATAFRAME
        )
    elif cell.data is not None:
        _write_value(file, name, f"{name}/data", cell.data)
    if cell.preview is not None:
        place = f"{file_format.PREVIEW}/{name}"
        _write_value(file, place, place, cell.preview)
    _write_summary(file, name, prepared, computed)


def write_error(
    file: h5py.File, name: str, message: str, error_class: str, computed: Computed
) -> None:
    """Write the error of a variable without a value."""
    import h5py

    dataset = file.create_dataset(
        f"{file_format.ERRORS}/{name}", data=storable_text(message), dtype=h5py.string_dtype()
    )
    dataset.attrs["type"] = error_class
    write_computed(dataset, computed)


def _write_value(file: h5py.File, place: str, dataset: str, value: Any) -> None:
    """Write data or a preview.

    Args:
        file: The fragment.
        place: Path where the type of the object is recorded.
        dataset: Path of the numbers; xarray objects are there already.
        value: A value that a `Cell` may hold.
    """
    import h5py
    import numpy as np

    kind = _netcdf_kind(value)
    if kind is not None:
        pass
    elif is_a(value, "matplotlib.figure", "Figure"):
        kind = file_format.IMAGE
        file.create_dataset(dataset, data=figure_pixels(value))
    elif is_a(value, "plotly.basedatatypes", "BaseFigure"):
        kind = file_format.PLOTLY
        file.create_dataset(dataset, data=np.frombuffer(value.to_json().encode(), dtype=np.uint8))
    elif isinstance(value, str):
        file.create_dataset(dataset, data=storable_text(value), dtype=h5py.string_dtype())
    else:
        file.create_dataset(dataset, data=value)
    if kind is not None:
        file[place].attrs[file_format.OBJECT_TYPE] = kind


def _netcdf_kind(value: Any) -> str | None:
    """Return its type as a netCDF group; None if it is stored otherwise."""
    if is_a(value, "xarray", "DataArray"):
        return file_format.DATAARRAY
    if is_a(value, "xarray", "Dataset"):
        return file_format.DATASET
    return file_format.DATASET if _is_table(value) else None


def _is_table(value: Any) -> bool:
    return is_a(value, "pandas", "Series") or is_a(value, "pandas", "DataFrame")


def _write_summary(file: h5py.File, name: str, prepared: Prepared, computed: Computed) -> None:
    import h5py
    import numpy as np

    cell, summary = prepared.cell, prepared.summary
    note = "; ".join([*filter(None, [summary.note]), *prepared.notes])
    if summary.value is None:
        return
    place, value = f"{file_format.REDUCED}/{name}", summary.value
    if isinstance(value, str):
        text = storable_text(value)
        reduced = file.create_dataset(place, data=text, dtype=h5py.string_dtype())
    elif isinstance(value, bytes) and not isinstance(value, np.bytes_):
        reduced = file.create_dataset(place, data=np.frombuffer(value, dtype=np.uint8))
    else:
        reduced = file.create_dataset(place, data=value)
    attributes = {
        "summary_method": summary.method,
        "summary_type": summary.summary_type,
        "max_diff": max_diff(cell.data),
        "bold": cell.bold,
        "background": None if cell.background is None else np.array(cell.background, np.uint8),
        "units": cell.units and storable_text(cell.units),
        "note": storable_text(note) or None,
        file_format.COMES_BACK_AS: prepared.comes_back_as,
    }
    for key, attribute in attributes.items():
        if attribute is not None:
            reduced.attrs[key] = attribute
    write_computed(reduced, computed)


def write_computed(dataset: h5py.Dataset, computed: Computed) -> None:
    """Store the provenance of a value with its summary or error."""
    import numpy as np

    dataset.attrs[file_format.COMPUTED_AT] = np.float64(computed.computed_at)
    if computed.duration_s is not None:
        dataset.attrs[file_format.DURATION_S] = np.float64(computed.duration_s)
    if computed.context_hash:
        dataset.attrs[file_format.CONTEXT_HASH] = computed.context_hash
    if computed.fingerprint:
        dataset.attrs[file_format.FINGERPRINT] = computed.fingerprint
    if computed.parameters:
        text = json.dumps(dict(computed.parameters))
        if len(text) <= MOST_ATTRIBUTE_CHARS:
            dataset.attrs[file_format.USED_PARAMETERS] = text
    if computed.job:
        dataset.attrs[file_format.JOB] = np.int64(computed.job)
