"""Coordinates of a dimension, read by slices."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

import h5py
import numpy as np

from ..model.view import AxisKind
from .decode import read_dataset
from .netcdf import is_scale

PLACEHOLDER = b"This is a netCDF dimension but not a netCDF variable"
FURTHEST = 1e300
"""Larger values count as not finite: the extent of an axis would overflow."""
_UNITS_S = {
    "day": 86400.0,
    "hour": 3600.0,
    "minute": 60.0,
    "second": 1.0,
    "millisecond": 1e-3,
    "microsecond": 1e-6,
    "nanosecond": 1e-9,
}
_SINCE = re.compile(r"(\w+?)s? since (.+)")


class TimeCode(NamedTuple):
    """How netCDF encodes times as numbers."""

    unit_s: float
    origin: float
    """Unix seconds UTC."""

    def seconds(self, numbers: Any) -> Any:
        """Convert to Unix seconds UTC; netCDF's lowest integer (its missing value) becomes NaN."""
        found = np.asarray(numbers)
        times = self.origin + found.astype(np.float64) * self.unit_s
        if found.dtype.kind == "i":
            times = np.where(found == np.iinfo(found.dtype).min, np.nan, times)
        return times


def text_attribute(dataset: h5py.Dataset, name: str) -> str:
    """Return a text attribute; empty if it is missing or not text."""
    try:
        value = dataset.attrs.get(name, "")
    except (OSError, TypeError, ValueError):
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def units_attribute(dataset: h5py.Dataset) -> str:
    """Return a variable's units, also where `units` would have turned its numbers into times."""
    return text_attribute(dataset, "units") or text_attribute(dataset, "units_")


def time_code(units: str) -> TimeCode | None:
    """Parse `seconds since 2026-01-01 00:00:00`; None if it is not a time unit."""
    match = _SINCE.fullmatch(units.strip())
    if match is None or match[1].lower() not in _UNITS_S:
        return None
    try:
        origin = datetime.fromisoformat(match[2].strip())
    except ValueError:
        return None
    if origin.tzinfo is None:
        origin = origin.replace(tzinfo=UTC)
    return TimeCode(_UNITS_S[match[1].lower()], origin.timestamp())


class Coordinate:
    """Coordinate along one dimension.

    Attributes:
        name: Name of the dimension; empty if it has none.
        units: Units of the coordinate.
        kind: Kind of its values.
    """

    def __init__(self, name: str, dataset: h5py.Dataset | None = None) -> None:
        self.name = name
        self.units = ""
        self.kind = AxisKind.INDEX
        self._dataset = dataset
        self._time: TimeCode | None = None
        if dataset is None:
            return
        units = units_attribute(dataset)
        if h5py.check_string_dtype(dataset.dtype) is not None:
            self.kind = AxisKind.TEXT
        elif dataset.dtype.kind not in "iufb":
            self._dataset = None
        elif (code := time_code(units)) is not None:
            self.kind, self._time = AxisKind.TIME, code
        else:
            self.kind, self.units = AxisKind.NUMBER, units

    @property
    def is_numeric(self) -> bool:
        """True if positions along it are numbers (or times)."""
        return self.kind in (AxisKind.NUMBER, AxisKind.TIME)

    def numbers(self, start: int, stop: int, step: int = 1) -> Any:
        """Read a slice as float64; times as Unix seconds UTC."""
        if self._dataset is None or not self.is_numeric:
            return np.arange(start, stop, step, dtype=np.float64)
        return self._decoded(self._dataset[start:stop:step])

    def numbers_at(self, positions: Any) -> Any:
        """Read individual positions as float64; efficient for few or consecutive ones."""
        indices = np.asarray(positions, dtype=np.int64)
        if self._dataset is None or not self.is_numeric or not indices.size:
            return indices.astype(np.float64)
        first, last = int(indices.min()), int(indices.max())
        if last - first <= 1 << 20:
            return self.numbers(first, last + 1)[indices - first]
        return self._decoded(np.array([self._dataset[i] for i in indices.tolist()]))

    def names(self, positions: Any) -> tuple[tuple[float, str], ...]:
        """Read the labels of a text coordinate at some positions."""
        if self._dataset is None or self.kind is not AxisKind.TEXT:
            return ()
        return tuple((float(i), str(read_dataset(self._dataset, int(i)))) for i in positions)

    def _decoded(self, numbers: Any) -> Any:
        if self._time is not None:
            return self._time.seconds(numbers)
        found = np.array(numbers, dtype=np.float64)
        found[np.abs(found) > FURTHEST] = np.nan
        return found


def coordinate_of(dataset: h5py.Dataset, dimension: int) -> Coordinate:
    """Return the coordinate of a dimension, or a plain index if it has none."""
    try:
        scales = dataset.dims[dimension].values()
    except (RuntimeError, ValueError, OSError):
        scales = []
    for scale in scales:
        name = scale.name.rpartition("/")[2] if scale.name else ""
        written = scale.attrs.get("NAME", b"")
        if isinstance(written, str):
            written = written.encode()
        is_placeholder = bytes(written).startswith(PLACEHOLDER)
        fits = scale.shape == (dataset.shape[dimension],)
        return Coordinate(name, None if is_placeholder or not fits else scale)
    return Coordinate(_own_name(dataset, dimension))


def _own_name(dataset: h5py.Dataset, dimension: int) -> str:
    """Return the dimension's own name: a dimension scale is its own coordinate."""
    if dataset.ndim == 1 and dimension == 0 and is_scale(dataset):
        return dataset.name.rpartition("/")[2] if dataset.name else ""
    return ""
