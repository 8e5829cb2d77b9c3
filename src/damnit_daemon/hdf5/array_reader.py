"""Read an array in a file by slices, as numbers that can be plotted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import h5py
import numpy as np

from ..model.view import ComplexPart
from .coordinates import Coordinate, coordinate_of, time_code, units_attribute

BLOCK = 1 << 20
"""Numbers per read: 8 MB of float64 fits a processor's cache, and a key press waits 10 ms."""


class ReadCancelled(Exception):  # noqa: N818 – not an error: the user moved on
    """Raised when the result of a read is no longer needed."""


class ArrayReader:
    """Array in a file, read by slices and decoded to one real number per element.

    Attributes:
        dataset: Source of the numbers.
        units: Units, as stored with the data.
        is_complex: True if one part of each number is read.
        is_time: True if the numbers are Unix seconds UTC.
    """

    def __init__(
        self,
        dataset: h5py.Dataset,
        part: ComplexPart = ComplexPart.REAL,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare to read.

        Args:
            dataset: Numbers, bools or complex numbers of any shape.
            part: Which part of complex numbers to read.
            check: Called before each read; raises `ReadCancelled` to end it.
        """
        self.dataset = dataset
        self.is_complex = dataset.dtype.kind == "c"
        self._part = part
        self._check = check
        self._time = None
        self._scale = 1.0
        self._offset = 0.0
        self._fill: Any = None
        units = units_attribute(dataset)
        self._time = time_code(units)
        self.units = "" if self._time is not None else units
        if self._time is None and dataset.dtype.kind in "iuf":
            self._scale = _number(dataset, "scale_factor", 1.0)
            self._offset = _number(dataset, "add_offset", 0.0)
            self._fill = _number(dataset, "_FillValue", None)
        self._buffer: Any = None

    @property
    def is_time(self) -> bool:
        """True if the numbers are Unix seconds UTC."""
        return self._time is not None

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of points along each dimension."""
        return tuple(self.dataset.shape)

    def coordinate(self, dimension: int) -> Coordinate:
        """Return the coordinate of a dimension."""
        return coordinate_of(self.dataset, dimension)

    def read(self, index: tuple[int | slice, ...]) -> Any:
        """Read a slice as real numbers; the next call may overwrite the result."""
        self._check()
        shape = tuple(
            len(range(*one.indices(n)))
            for one, n in zip(index, self.shape, strict=True)
            if isinstance(one, slice)
        )
        if not shape:
            return self._decoded(np.asarray(self.dataset[index]))
        size = math.prod(shape)
        if not size:
            return np.zeros(shape)
        if self._buffer is None or self._buffer.size < size:
            self._buffer = np.empty(size, self.dataset.dtype)
        block = self._buffer[:size].reshape(shape)
        self.dataset.read_direct(block, index)
        return self._decoded(block)

    def blocks(self, dimension: int, start: int, stop: int, *, across: int = 1) -> Iterator[slice]:
        """Split a range into slices to read in sequence, aligned to whole chunks.

        Args:
            dimension: Dimension to split.
            start: First point.
            stop: One past the last point.
            across: Number of elements per point.
        """
        chunk = self.dataset.chunks[dimension] if self.dataset.chunks else 1
        length = max(chunk, BLOCK // max(1, across) // chunk * chunk, 1)
        at = start
        while at < stop:
            end = min(stop, (at // length + 1) * length)
            yield slice(at, end)
            at = end

    def _decoded(self, block: Any) -> Any:
        if self._time is not None:
            return self._time.seconds(block)
        kind = block.dtype.kind
        if kind == "c":
            return _PARTS[self._part](block)
        if kind == "b":
            return block.view(np.uint8) if block.ndim else block.astype(np.uint8)
        if block.dtype.itemsize == 2 and kind == "f":
            block = block.astype(np.float32)
        if not block.dtype.isnative:
            block = block.astype(block.dtype.newbyteorder("="))
        if self._fill is not None and kind in "iu":
            block = np.where(block == self._fill, np.nan, block)
        if self._scale != 1 or self._offset != 0:
            block = block * self._scale + self._offset
        return block


def _number(dataset: h5py.Dataset, name: str, default: Any) -> Any:
    try:
        value = np.asarray(dataset.attrs[name]).ravel()
        number = float(value[0])
    except (KeyError, IndexError, TypeError, ValueError, OSError):
        return default
    return number if math.isfinite(number) else default


_PARTS: dict[ComplexPart, Callable[[Any], Any]] = {
    ComplexPart.REAL: lambda z: np.ascontiguousarray(z.real),
    ComplexPart.IMAGINARY: lambda z: np.ascontiguousarray(z.imag),
    ComplexPart.MAGNITUDE: np.abs,
    ComplexPart.PHASE: np.angle,
}
