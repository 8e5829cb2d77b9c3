"""Downsample images of any size while reading them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..model.view import Axis, AxisKind, Colours, How, ReducedImage, Window
from .array_reader import ArrayReader
from .bins import index_edges
from .coordinates import Coordinate

WHOLE = 1 << 21
"""Images of up to this many pixels are read at once, with an exact colour range."""
FIRST_POLL = 1 << 24
"""Above this many pixels, a coarse image comes first: one row stands for several."""
SAMPLE_ROWS = 64
SAMPLE_COLUMNS = 1 << 14
LOW, HIGH = 0.01, 0.99
"""Quantiles at the ends of the colour range, as in DAMNIT."""
SAY_EVERY_S = 0.4


class Grid:
    """Grid of equal cells that accumulates pixels block by block."""

    def __init__(self, row_edges: Any, column_edges: Any, how: How) -> None:
        self._rows, self._columns, self._how = row_edges, column_edges, how
        shape = len(row_edges) - 1, len(column_edges) - 1
        empty = {How.MEAN: 0.0, How.MAX: -np.inf, How.MIN: np.inf}[how]
        self._values = np.full(shape, empty)
        self._finite = np.zeros(shape, np.int64)
        self.pixels = 0
        self.missing = 0
        self.least, self.greatest = np.inf, -np.inf

    def add(self, block: Any, top: int, left: int) -> None:
        """Add pixels; the first one is at (`top`, `left`)."""
        rows, row_starts = _overlap(self._rows, top, block.shape[0])
        columns, column_starts = _overlap(self._columns, left, block.shape[1])
        if not len(rows) or not len(columns):
            return
        block = block[: self._rows[-1] - top, : self._columns[-1] - left]
        good = None
        if block.dtype.kind == "f":
            good = np.isfinite(block)
            if good.all():
                good = None
        where = np.ix_(rows, columns)
        if good is None:
            height = np.diff(row_starts, append=block.shape[0])
            width = np.diff(column_starts, append=block.shape[1])
            finite = height[:, None] * width[None, :]
            self.least, self.greatest = (
                min(self.least, float(block.min())),
                max(self.greatest, float(block.max())),
            )
        else:
            finite = _reduced(np.add, good, row_starts, column_starts, np.int64)
            if good.any():
                kept = block[good]
                self.least = min(self.least, float(kept.min()))
                self.greatest = max(self.greatest, float(kept.max()))
        self._gather(where, block, good, row_starts, column_starts)
        self._finite[where] += finite
        self.pixels += block.size
        self.missing += block.size - int(finite.sum())

    def _gather(self, where: Any, block: Any, good: Any, row_starts: Any, columns: Any) -> None:
        fill = {How.MEAN: 0.0, How.MAX: -np.inf, How.MIN: np.inf}[self._how]
        pixels = block if good is None else np.where(good, block, fill)
        with np.errstate(over="ignore", invalid="ignore"):
            if self._how is How.MEAN:
                self._values[where] += _reduced(np.add, pixels, row_starts, columns, np.float64)
            elif self._how is How.MAX:
                found = _reduced(np.maximum, pixels, row_starts, columns)
                self._values[where] = np.maximum(self._values[where], found)
            else:
                found = _reduced(np.minimum, pixels, row_starts, columns)
                self._values[where] = np.minimum(self._values[where], found)

    def values(self) -> Any:
        """Return the value of each cell; NaN where there is no finite pixel."""
        values = self._values.copy()
        if self._how is How.MEAN:
            with np.errstate(invalid="ignore", divide="ignore"):
                values /= self._finite
        values[self._finite == 0] = np.nan
        return values


def reduce_image(
    source: ArrayReader,
    at: tuple[int, ...],
    axes: tuple[int, int],
    windows: tuple[Window | None, Window | None],
    size: tuple[int, int],
    how: How,
    *,
    wants_range: bool = True,
    clock: Any = time.monotonic,
) -> Iterator[tuple[ReducedImage, float]]:
    """Downsample an image to screen rows and columns, with progress at intervals.

    Args:
        source: Data to read.
        at: Positions along the other dimensions.
        axes: Dimensions that run down and across.
        windows: Visible rows and columns of the data; None for all.
        size: Available rows and columns.
        how: How to reduce pixels that share a cell.
        wants_range: True to compute the colour range.
        clock: Returns the time, in seconds.

    Yields:
        The image so far, and the fraction of the data read.
    """
    shape = tuple(source.shape[axis] for axis in axes)
    y, x = (_clipped(w, n) for w, n in zip(windows, shape, strict=True))
    rows, columns = (
        index_edges(*w, min(room, max(1, int(np.ceil(w[1] - w[0])))), n)
        for w, room, n in zip((y, x), size, shape, strict=True)
    )
    reader = _Reader(source, at, axes)
    about = _empty_picture(source, axes, rows, columns, y, x)
    if shape[0] * shape[1] <= WHOLE:
        yield _at_once(reader, shape, rows, columns, how, about, wants_range), 1.0
        return
    if wants_range:
        about = replace(about, range=quantiles(_sample(reader, shape)))
    height, width = int(rows[-1] - rows[0]), int(columns[-1] - columns[0])
    if height * width > FIRST_POLL:
        yield _first_look(reader, rows, columns, how, about), 0.0
    grid, reported_s = Grid(rows, columns, how), clock()
    for band in source.blocks(axes[0], int(rows[0]), int(rows[-1]), across=min(width, WHOLE)):
        for part in source.blocks(
            axes[1], int(columns[0]), int(columns[-1]), across=band.stop - band.start
        ):
            grid.add(reader.read(band, part), band.start, part.start)
        if clock() - reported_s > SAY_EVERY_S and band.stop < rows[-1]:
            reported_s = clock()
            yield _picture(about, grid), (band.stop - int(rows[0])) / height
    yield _picture(about, grid), 1.0


def reduce_colours(
    source: ArrayReader, windows: tuple[Window | None, Window | None], size: tuple[int, int]
) -> Colours:
    """Downsample a colour image (rows, columns, 3 or 4); transparent pixels are put on white."""
    height, width = source.shape[:2]
    y, x = (_clipped(w, n) for w, n in zip(windows, (height, width), strict=True))
    edges = [
        index_edges(*w, min(room, max(1, int(np.ceil(w[1] - w[0])))), n)
        for w, room, n in zip((y, x), size, (height, width), strict=True)
    ]
    rows, columns = edges
    shape = len(rows) - 1, len(columns) - 1
    sums, counts = np.zeros((*shape, 3)), np.zeros(shape)
    left, right = int(columns[0]), int(columns[-1])
    across = (right - left) * source.shape[2]
    for band in source.blocks(0, int(rows[0]), int(rows[-1]), across=across):
        block = _painted(source.read((band, slice(left, right), slice(None))), source.dataset.dtype)
        where, row_starts = _overlap(rows, band.start, block.shape[0])
        across_where, column_starts = _overlap(columns, left, block.shape[1])
        cells = np.ix_(where, across_where)
        for channel in range(3):
            sums[(*cells, channel)] += _reduced(
                np.add, block[:, :, channel], row_starts, column_starts, np.float64
            )
        counts[cells] += (
            np.diff(row_starts, append=block.shape[0])[:, None]
            * np.diff(column_starts, append=block.shape[1])[None, :]
        )
    pixels = np.clip(np.rint(sums / np.maximum(counts, 1)[:, :, None]), 0, 255).astype(np.uint8)
    return Colours(pixels, x, y, width, height)


def quantiles(sample: Any) -> Window | None:
    """Return the 1st and 99th percentile of the finite values; None if there are none."""
    values = np.asarray(sample).ravel()
    if values.dtype.kind == "f":
        good = np.isfinite(values)
        values = values if good.all() else values[good]
    if not values.size:
        return None
    values = values.copy()
    return _quantile(values, LOW), _quantile(values, HIGH)


def _quantile(values: Any, share: float) -> float:
    """Like `numpy.quantile`, which is six times slower as it searches for all positions at once.

    Args:
        values: One-dimensional and finite; reordered in place.
        share: Quantile, from 0 to 1.
    """
    place = share * (int(values.size) - 1)
    below, part = int(place), place % 1
    values.partition(below)
    low = float(values[below])
    high = float(values[below + 1 :].min()) if part else low
    return (1 - part) * low + part * high


class _Reader:
    """Reader for slices of a two-dimensional cut, down then across."""

    def __init__(self, source: ArrayReader, at: tuple[int, ...], axes: tuple[int, int]) -> None:
        self._source, self._at, self._axes = source, at, axes

    def read(self, rows: slice, columns: slice) -> Any:
        index: list[int | slice] = list(self._at)
        index[self._axes[0]], index[self._axes[1]] = rows, columns
        block = self._source.read(tuple(index))
        return block if self._axes[0] < self._axes[1] else block.T


def _at_once(
    reader: _Reader, shape: Any, rows: Any, columns: Any, how: How, about: ReducedImage, wants: bool
) -> ReducedImage:
    """Downsample an image that is read whole, in one go."""
    whole = reader.read(slice(0, shape[0]), slice(0, shape[1]))
    if wants:
        about = replace(about, range=quantiles(whole))
    grid = Grid(rows, columns, how)
    top, left = int(rows[0]), int(columns[0])
    grid.add(whole[top : int(rows[-1]), left : int(columns[-1])], top, left)
    return _picture(about, grid)


def _first_look(
    reader: _Reader, rows: Any, columns: Any, how: How, about: ReducedImage
) -> ReducedImage:
    """Return a coarse image: the middle row stands for all that share a screen line."""
    grid = Grid(rows, columns, how)
    left = int(columns[0])
    across = slice(left, min(int(columns[-1]), left + (1 << 22)))
    for start, stop in zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True):
        if stop > start:
            middle = (start + stop) // 2
            grid.add(reader.read(slice(middle, middle + 1), across), middle, left)
    return _picture(about, grid)


def _sample(reader: _Reader, shape: Any) -> Any:
    """Sample pieces of rows from all over the image."""
    pieces = []
    width = min(shape[1], SAMPLE_COLUMNS)
    lefts = np.linspace(0, shape[1] - width, SAMPLE_ROWS).astype(int)
    tops = np.linspace(0, shape[0] - 1, min(SAMPLE_ROWS, shape[0])).astype(int)
    for top, left in zip(tops.tolist(), lefts.tolist(), strict=False):
        piece = reader.read(slice(top, top + 1), slice(left, left + width))
        pieces.append(np.array(piece).ravel())
    return np.concatenate(pieces)


def _clipped(window: Window | None, size: int) -> Window:
    low, high = window if window is not None else (0.0, float(size))
    low, high = max(0.0, low), min(float(size), high)
    if high - low < 1:
        low = min(max(0.0, float(np.floor(low))), max(0.0, size - 1.0))
        high = min(float(size), low + 1)
    return low, high


def _overlap(edges: Any, start: int, count: int) -> tuple[Any, Any]:
    """Return the cells that a block overlaps, and where in the block each one begins."""
    used = np.flatnonzero(np.diff(edges) > 0)
    used = used[(edges[used] < start + count) & (edges[used + 1] > start)]
    return used, np.maximum(edges[used], start) - start


def _reduced(how: Any, block: Any, rows: Any, columns: Any, dtype: Any = None) -> Any:
    # Down first: adding whole rows to each other is fast.
    return how.reduceat(how.reduceat(block, rows, axis=0, dtype=dtype), columns, axis=1)


def _painted(block: Any, dtype: np.dtype[Any]) -> Any:
    """Return colours as uint8; floats range from 0 to 1, as in Matplotlib."""
    if dtype.kind == "f":
        block = np.clip(np.nan_to_num(block, nan=0, posinf=1, neginf=0), 0, 1) * 255
    elif dtype.kind == "u" and dtype.itemsize > 1:
        block = block / np.iinfo(dtype).max * 255
    block = np.clip(block, 0, 255)
    if block.shape[2] == 4:
        cover = block[:, :, 3:] / 255.0
        block = block[:, :, :3] * cover + 255 * (1 - cover)
    return block


def _empty_picture(
    source: ArrayReader, axes: tuple[int, int], rows: Any, columns: Any, y: Window, x: Window
) -> ReducedImage:
    coordinates = [source.coordinate(axis) for axis in axes]
    (down, across) = (
        _axis(c, source.shape[axis]) for c, axis in zip(coordinates, axes, strict=True)
    )
    middles = [np.clip((e[:-1] + e[1:] - 1) // 2, 0, None) for e in (rows, columns)]
    y_at, x_at = (_places(c, m) for c, m in zip(coordinates, middles, strict=True))
    y_names, x_names = (c.names(m) for c, m in zip(coordinates, middles, strict=True))
    return ReducedImage(
        across, down, x, y, np.empty((0, 0)), 0, x_at, y_at, None, None,
        x_names=x_names, y_names=y_names,
    )  # fmt: skip


def _axis(coordinate: Coordinate, size: int) -> Axis:
    ends = coordinate.numbers_at([0, size - 1]) if coordinate.is_numeric else (0, size - 1)
    kind = coordinate.kind if coordinate.kind is not None else AxisKind.INDEX
    return Axis(coordinate.name, coordinate.units, kind, size, float(ends[0]), float(ends[1]))


def _places(coordinate: Coordinate, middles: Any) -> Any:
    return coordinate.numbers_at(middles) if coordinate.is_numeric else np.empty(0)


def _picture(about: ReducedImage, grid: Grid) -> ReducedImage:
    extremes = (grid.least, grid.greatest) if grid.least <= grid.greatest else None
    return replace(about, values=grid.values(), missing=grid.missing, extremes=extremes)
