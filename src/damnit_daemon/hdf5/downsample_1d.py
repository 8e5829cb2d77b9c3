"""Downsample curves of any length while reading them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..model.view import Axis, AxisKind, Curve, Window
from ..text import count_of
from .array_reader import ArrayReader
from .bins import Bins
from .coordinates import Coordinate

SORTED_LIMIT = 1 << 22
"""Coordinates of up to this many points are read whole; longer ones are sampled."""
FIRST_POLL = 1 << 23
"""Above this many points, a coarse curve from a few points per column comes first."""
FIRST_POINTS = 64
PLACES = 2049
"""Number of sampled positions of a very long coordinate."""
NAMES = 64
SAY_EVERY_S = 0.4


class Layout(NamedTuple):
    """Assignment of points to columns."""

    axis: Axis
    window: Window
    edges: Any
    """Edges of the columns, as positions in the data (or in `order`)."""
    order: Any = None
    """Points sorted by coordinate, if that differs from their order in the file."""
    is_falling: bool = False
    """True if the first column holds the last point."""
    places: Any = None
    """Coordinate of each point, in order; None if it was not read."""


def reduce_curve(
    source: ArrayReader,
    at: tuple[int, ...],
    dimension: int,
    window: Window | None,
    columns: int,
    *,
    clock: Any = time.monotonic,
) -> Iterator[tuple[Curve, float]]:
    """Downsample a line of points to columns, with progress at intervals.

    Args:
        source: Data to read.
        at: Positions along the other dimensions.
        dimension: Dimension along the line.
        window: Start and end, in coordinate values; None for all of it.
        columns: Number of columns.
        clock: Returns the time, in seconds.

    Yields:
        The curve so far, and the fraction of the data read; 1.0 is all.
    """
    size = source.shape[dimension]
    coordinate = source.coordinate(dimension)
    layout = _lay_out(coordinate, size, window, columns)
    names = coordinate.names(_spread(layout.window, size))

    def index(part: slice) -> tuple[int | slice, ...]:
        return (*at[:dimension], part, *at[dimension + 1 :])

    if layout.order is not None:
        # Few enough points to read at once and reorder.
        values = source.read(index(slice(0, size)))[layout.order]
        bins = Bins(layout.edges)
        begin = int(layout.edges[0])
        bins.add(values[begin : int(layout.edges[-1])], begin)
        yield _curve(layout, bins, names), 1.0
        return
    start, stop = int(layout.edges[0]), int(layout.edges[-1])
    if stop - start > FIRST_POLL:
        yield _first_look(source, index, layout, names), 0.0
    bins, reported_s = Bins(layout.edges), clock()
    for part in source.blocks(dimension, start, stop):
        bins.add(source.read(index(part)), part.start)
        if part.stop < stop and clock() - reported_s > SAY_EVERY_S:
            reported_s = clock()
            yield _curve(layout, bins, names), (part.stop - start) / (stop - start)
    yield _curve(layout, bins, names), 1.0


def _lay_out(coordinate: Coordinate, size: int, window: Window | None, columns: int) -> Layout:
    if coordinate.is_numeric and size <= SORTED_LIMIT:
        return _by_coordinate(coordinate, size, window, columns)
    if coordinate.is_numeric:
        places = np.linspace(0, size - 1, PLACES).astype(np.int64)
        known = coordinate.numbers_at(places)
        step = np.diff(known)
        if np.isfinite(known).all() and ((step > 0).all() or (step < 0).all()):
            return _by_places(coordinate, size, window, columns, places, known)
    note = ""
    if coordinate.is_numeric:
        note = "The coordinate is not monotonic: points are shown by index."
    axis = Axis(coordinate.name, "", AxisKind.INDEX, size, 0, size - 1, note)
    if coordinate.kind is AxisKind.TEXT:
        axis = axis._replace(kind=AxisKind.TEXT)
    low, high = _fitting(window, axis)
    edges = np.clip(np.ceil(np.linspace(low, high, columns + 1)), 0, size).astype(np.int64)
    edges[-1] = np.clip(np.floor(high) + 1, edges[-2], size)
    return Layout(axis, (low, high), edges)


def _by_coordinate(
    coordinate: Coordinate, size: int, window: Window | None, columns: int
) -> Layout:
    x = coordinate.numbers(0, size)
    good = np.isfinite(x)
    note, order = "", None
    if not good.all():
        note = f"{count_of(size - int(good.sum()), 'point')} without a finite coordinate omitted."
    steps = np.diff(x[good])
    if not good.all() or (steps < 0).any():
        if (steps < 0).any() and (steps > 0).any():
            note = note or "The coordinate is not monotonic: points are sorted by it."
        order = np.argsort(np.where(good, x, np.inf), kind="stable")[: int(good.sum())]
        x = x[order]
    elif len(x) > 1 and (steps == 0).all():
        note = "The coordinate is the same for all points."
    if not len(x):
        axis = Axis(coordinate.name, "", AxisKind.INDEX, size, 0, size - 1)
        return Layout(axis, _fitting(window, axis), np.zeros(columns + 1, np.int64))
    axis = Axis(
        coordinate.name, coordinate.units, coordinate.kind, size, float(x[0]), float(x[-1]), note
    )
    low, high = _fitting(window, axis)
    edges = np.searchsorted(x, np.linspace(low, high, columns + 1), "left")
    edges[-1] = np.searchsorted(x, high, "right")
    return Layout(axis, (low, high), edges, order, places=x)


def _by_places(
    coordinate: Coordinate,
    size: int,
    window: Window | None,
    columns: int,
    places: Any,
    known: Any,
) -> Layout:
    """Lay out from a coordinate sampled at some positions, interpolated linearly in between."""
    is_falling = bool(known[0] > known[-1])
    if is_falling:
        places, known = places[::-1], known[::-1]
    axis = Axis(
        coordinate.name, coordinate.units, coordinate.kind, size, float(known[0]), float(known[-1])
    )
    low, high = _fitting(window, axis)
    found = np.interp(np.linspace(low, high, columns + 1), known, places)
    if is_falling:
        edges = np.floor(found[::-1]).astype(np.int64) + 1
        edges[0] = int(np.ceil(found[-1]))
    else:
        edges = np.ceil(found).astype(np.int64)
        edges[-1] = int(np.floor(found[-1])) + 1
    return Layout(axis, (low, high), np.clip(edges, 0, size), is_falling=is_falling)


def _fitting(window: Window | None, axis: Axis) -> Window:
    """Return a window of non-zero width, whatever was requested."""
    low, high = window if window is not None else (axis.low, axis.high)
    if not low < high:
        half = max(abs(low) * 1e-6, 0.5)
        return low - half, high + half
    return low, high


def _spread(window: Window, size: int) -> Any:
    """Spread at most `NAMES` positions over a window."""
    first, last = max(0, int(np.ceil(window[0]))), min(size - 1, int(window[1]))
    if last < first:
        return []
    return np.unique(np.linspace(first, last, min(NAMES, last - first + 1)).astype(np.int64))


def _first_look(
    source: ArrayReader, index: Any, layout: Layout, names: tuple[tuple[float, str], ...]
) -> Curve:
    bins = Bins(layout.edges)
    for start, stop in zip(layout.edges[:-1].tolist(), layout.edges[1:].tolist(), strict=True):
        end = min(stop, start + FIRST_POINTS)
        if end > start:
            bins.add(source.read(index(slice(start, end))), start)
    return _curve(layout, bins, names)


def _curve(layout: Layout, bins: Bins, names: tuple[tuple[float, str], ...]) -> Curve:
    least, greatest, mean = bins.result()
    filled, missing = bins.points > 0, bins.points > bins.finite
    if layout.is_falling:
        least, greatest, mean = least[::-1], greatest[::-1], mean[::-1]
        filled, missing = filled[::-1], missing[::-1]
    return Curve(
        layout.axis,
        layout.window,
        least,
        greatest,
        mean,
        filled,
        missing,
        int(bins.points.sum()),
        int((bins.points - bins.finite).sum()),
        names,
        _first_places(layout),
    )


def _first_places(layout: Layout) -> Any:
    if layout.places is None:
        return None
    begin, end = layout.edges[:-1], layout.edges[1:]
    found = layout.places[np.minimum(begin, len(layout.places) - 1)]
    return np.where(end > begin, found, np.nan)
