"""Read a variable of a run's results file on demand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

import h5py

from ..runner import file_format
from . import layout, netcdf, tables
from .decode import attributes_of, read_dataset
from .errors import (
    HDF5_FAILURES,
    NoSuchData,
    ResultsDenied,
    ResultsUnreadable,
    first_line,
    is_denied,
    system_reason,
)
from .open_file import open_for_reading
from .value_info import ValueInfo, describe

READ_TIMEOUT_S = 2.0
"""How long to wait for a lock: DAMNIT edits files in place, usually for less than this."""


class PlotlyJSON(str):
    """Plotly figure as JSON text; never decoded into a figure here."""


class StoredError(NamedTuple):
    """Reason why a variable has no value."""

    message: str
    error_class: str
    attributes: dict[str, Any]
    """Further attributes stored with it: `computed_at`, for example."""


class ResultsFile:
    """Results file of a run (or a fragment), open for reading; use it as a context manager.

    The file is a snapshot: the combiner replaces it with a new one, so reopen it to see
    changes, and close it soon.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, *, timeout_s: float = READ_TIMEOUT_S) -> None:
        """Open the file.

        Args:
            path: The file.
            timeout_s: How long to retry while another program has it locked.

        Raises:
            ResultsMissing: If it does not exist.
            ResultsUnreadable: If it is damaged or not a results file.
            ResultsBusy: If it stayed locked.
            ResultsDenied: If it may not be read.
        """
        self.path = Path(path)
        self._file = open_for_reading(self.path, timeout_s=timeout_s, follow_links=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; does nothing if it is closed already."""
        self._file.close()

    def names(self) -> list[str]:
        """Return all variables, sorted, including those with only a summary, preview or error."""
        with self.translated("the list of variables"):
            return sorted(layout.variable_names(self._file))

    def has_data(self, name: str) -> bool:
        """Return True if the file has data that `read` can return."""
        return self.describe(name) is not None

    def has_preview(self, name: str) -> bool:
        """Return True if the variable has a preview."""
        return self.describe_preview(name) is not None

    def object_type(self, name: str) -> str | None:
        """Return `dataarray`, `dataset`, `image`, `PlotlyFigure`, ...; None if plain."""
        with self.translated(name):
            return layout.object_type(layout.child(self._file, name))

    def computed_at(self, name: str) -> float | None:
        """Return when it was computed, Unix seconds UTC; None if not recorded."""
        with self.translated(name):
            return layout.computed_at(self._file, name)

    def describe(self, name: str) -> ValueInfo | None:
        """Describe kind, type, shape and size of the data without reading it; None if absent."""
        return self._describe(name, name)

    def describe_preview(self, name: str) -> ValueInfo | None:
        """Return the same for the preview."""
        return self._describe(name, f"{file_format.PREVIEW}/{name}")

    def read(self, name: str) -> Any:
        """Read all the data of a variable.

        Returns:
            An int, float, complex, bool, str or bytes; an array (text as objects);
            an image as uint8 (height, width, 4); `PlotlyJSON`; a DataArray or
            Dataset; a pandas table (or `ParquetTable`).

        Raises:
            NoSuchData: If the file has no data of the variable.
            ResultsUnreadable: If the data is damaged.
        """
        return self._read(name, name, "data", None)

    def read_part(self, name: str, index: Any) -> Any:
        """Read a slice of an array, image or DataArray; the rest is not read.

        Args:
            name: Variable name.
            index: Integers and slices, as in NumPy.

        Raises:
            NoSuchData: If the file has no data of the variable.
            ResultsUnreadable: If the data is damaged.
            IndexError: If the slice is out of range.
        """
        return self._read(name, name, "data", index)

    def preview(self, name: str) -> Any | None:
        """Read the preview of a variable; None if there is none."""
        try:
            return self._read(name, f"{file_format.PREVIEW}/{name}", "preview", None)
        except NoSuchData:
            return None

    def error(self, name: str) -> StoredError | None:
        """Read why a variable has no value; None if it did not fail."""
        with self.translated(name):
            found = layout.entry(self._file, file_format.ERRORS, name)
            if not isinstance(found, h5py.Dataset):
                return None
            attributes = attributes_of(found)
            error_class = str(attributes.pop("type", ""))
            return StoredError(str(read_dataset(found)), error_class, attributes)

    def found(self, name: str, *, preview: bool = False) -> h5py.Group | h5py.Dataset | None:
        """Return the data's or preview's HDF5 object, for this package only; None if absent."""
        return self._find(f"{file_format.PREVIEW}/{name}" if preview else name)

    def _describe(self, name: str, place: str) -> ValueInfo | None:
        with self.translated(name):
            found = self._find(place)
            return None if found is None else describe(found)

    def _find(self, place: str) -> h5py.Group | h5py.Dataset | None:
        part, _, name = place.rpartition("/")
        return layout.child(layout.child(self._file, part) if part else self._file, name)

    def _read(self, name: str, place: str, what: str, index: Any) -> Any:
        with self.translated(name):
            found = self._find(place)
            if found is None or describe(found) is None:
                raise NoSuchData(self.path, name, what)
            mark = layout.object_type(found)
            if isinstance(found, h5py.Group):
                if mark in (file_format.DATAARRAY, file_format.DATASET):
                    return netcdf.read_xarray(self._file, place, index)
                found = found["data"]
            if mark == file_format.PLOTLY:
                return PlotlyJSON(_content(found).decode("utf-8", "replace"))
            if mark in (file_format.DATAFRAME, file_format.SERIES):
                return tables.read_table(_content(found), mark)
            return read_dataset(found, () if index is None else index)

    @contextmanager
    def translated(self, name: str) -> Iterator[None]:
        """Translate h5py exceptions into errors a user can act on.

        Raises:
            ResultsError: In place of the original exception.
        """
        try:
            yield
        except HDF5_FAILURES as error:
            if is_denied(error):
                raise ResultsDenied(self.path, system_reason(error)) from error
            raise ResultsUnreadable(self.path, f"{name}: {first_line(error)}") from error


def _content(dataset: h5py.Dataset) -> bytes:
    return bytes(dataset[()].tobytes())
