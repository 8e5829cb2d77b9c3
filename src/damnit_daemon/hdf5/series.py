"""Read a one-dimensional variable whole, with its coordinate, for comparison."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from ..errors import DamnitError
from ..model import RunKey
from ..model.view import AxisKind, Curve, ViewRequest
from ..paths import DamnitFolder
from ..runner import file_format
from . import layout, netcdf
from .array_reader import ArrayReader
from .errors import NoSuchData, ResultsMissing
from .locate import places_of
from .read_view import load_view
from .reader import ResultsFile

TRAIN_ID = "trainId"
MOST_POINTS = 4_000_000
"""Longer lines are reduced to the minimum and maximum of this many bins."""
PLACES = 4000
SINGLE = "it is a single number"


class NotASeries(DamnitError):  # noqa: N818 – the name says what is wrong
    """Raised when the variable is not a line of numbers; the message says what it is."""


@dataclass(frozen=True)
class NumberSeries:
    """One-dimensional series of numbers.

    Attributes:
        values: float64, (points,); times are Unix seconds UTC.
        along: Coordinate, float64 of the same shape, or 0, 1, 2, ...
        along_name: Name of the coordinate; empty for a plain index.
        along_units: Units of the coordinate.
        along_kind: Kind of the coordinate.
        units: Units of the values.
        is_time: True if the values are times.
        trains: Train IDs, (points,); None if there are none.
        is_reduced: True if only extrema were read.
    """

    values: Any
    along: Any
    along_name: str = ""
    along_units: str = ""
    along_kind: AxisKind = AxisKind.INDEX
    units: str = ""
    is_time: bool = False
    trains: Any = None
    is_reduced: bool = False


def read_line(
    folder: DamnitFolder, key: RunKey, name: str, *, timeout_s: float = 2.0
) -> NumberSeries:
    """Read a variable of a run, from its results file or a fragment not yet combined.

    Raises:
        NotASeries: If it has another shape or type.
        ResultsError: If there is no data, or it cannot be read.
    """
    problem: DamnitError | None = None
    for path in places_of(folder, key):
        try:
            return _read(path, name, timeout_s)
        except (NoSuchData, ResultsMissing) as error:
            problem = error
    raise problem or NotASeries("there is no data")


def _read(path: Path, name: str, timeout_s: float) -> NumberSeries:
    with ResultsFile(path, timeout_s=timeout_s) as results, results.translated(name):
        dataset = _dataset(results, name)
        if dataset.shape is None or dataset.dtype.kind not in "iufbc":
            raise NotASeries("it holds no numbers")
        wide = [d for d, n in enumerate(dataset.shape) if n > 1]
        if not dataset.shape:
            raise NotASeries(SINGLE)
        if len(wide) > 1:
            raise NotASeries(f"it has {len(wide)} dimensions")
        dimension = wide[0] if wide else 0
        if dataset.size > MOST_POINTS:
            return _extrema(path, name, timeout_s)
        source = ArrayReader(dataset)
        index: tuple[Any, ...] = tuple(
            slice(None) if d == dimension else 0 for d in range(dataset.ndim)
        )
        values = np.array(source.read(index), np.float64)
        coordinate = source.coordinate(dimension)
        along = coordinate.numbers(0, len(values))
        is_train = coordinate.name == TRAIN_ID and coordinate.is_numeric
        return NumberSeries(
            values,
            along,
            coordinate.name,
            coordinate.units,
            coordinate.kind if coordinate.is_numeric else AxisKind.INDEX,
            source.units,
            source.is_time,
            along.astype(np.int64) if is_train else None,
        )


def _dataset(results: ResultsFile, name: str) -> h5py.Dataset:
    found = results.found(name)
    if found is None:
        raise NoSuchData(results.path, name, "data")
    mark = layout.object_type(found)
    if isinstance(found, h5py.Group) and mark == file_format.DATAARRAY:
        variables = netcdf.data_variables(found)
        if len(variables) != 1:
            raise NotASeries("it holds several arrays")
        (found,) = variables.values()
    elif isinstance(found, h5py.Group) and mark is None:
        found = layout.child(found, "data")
    if not isinstance(found, h5py.Dataset) or mark not in (None, file_format.DATAARRAY):
        raise NotASeries(f"it is a {mark or 'group'}")
    layout.refuse_strange(found)
    return found


def _extrema(path: Path, name: str, timeout_s: float) -> NumberSeries:
    """Read the minimum and maximum of each bin of a very long line."""
    view = ViewRequest(preview=False, columns=PLACES)
    *_, looked = load_view(path, name, view, timeout_s=timeout_s)
    curve = looked.content
    if not isinstance(curve, Curve):
        raise NotASeries("it is not a one-dimensional series of numbers")
    low, high = curve.window
    at = low + (np.arange(len(curve.least)) + 0.5) * (high - low) / len(curve.least)
    values = np.stack([curve.least, curve.greatest], axis=1).ravel()
    good = np.isfinite(values)
    axis = curve.axis
    return NumberSeries(
        values[good],
        np.repeat(at, 2)[good],
        axis.name,
        axis.units,
        axis.kind,
        looked.about.units,
        looked.about.is_time,
        is_reduced=True,
    )
