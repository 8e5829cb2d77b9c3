"""Bin numbers block by block: minimum, maximum, sum and count per bin."""

from __future__ import annotations

from typing import Any

import numpy as np


class Bins:
    """Running statistics of a row of bins.

    Attributes:
        edges: Start of each bin, and end of the last one; non-decreasing integers.
    """

    def __init__(self, edges: Any) -> None:
        self.edges = np.asarray(edges, dtype=np.int64)
        count = len(self.edges) - 1
        self.least = np.full(count, np.inf)
        self.greatest = np.full(count, -np.inf)
        self.sums = np.zeros(count)
        self.finite = np.zeros(count, np.int64)
        self.points = np.zeros(count, np.int64)
        self._used = np.flatnonzero(np.diff(self.edges) > 0)
        self._starts = self.edges[self._used]

    def add(self, block: Any, start: int) -> None:
        """Add consecutive numbers, the first one at index `start`."""
        if not len(block) or not len(self._used):
            return
        end = min(start + len(block), int(self.edges[-1]))
        first = max(0, int(np.searchsorted(self._starts, start, "right")) - 1)
        last = int(np.searchsorted(self._starts, end, "left"))
        if last <= first:
            return
        begin = np.maximum(self._starts[first:last], start) - start
        self._merge(self._used[first:last], block[: end - start], begin)

    def _merge(self, bins: Any, block: Any, begin: Any) -> None:
        counts = np.diff(begin, append=len(block))
        least, greatest = np.minimum.reduceat(block, begin), np.maximum.reduceat(block, begin)
        finite = counts
        if block.dtype.kind != "f":
            sums = np.add.reduceat(block, begin, dtype=np.float64)
        elif np.isfinite(least).all() and np.isfinite(greatest).all():
            with np.errstate(over="ignore", invalid="ignore"):
                sums = np.add.reduceat(block, begin, dtype=np.float64)
        else:
            good = np.isfinite(block)
            least = np.minimum.reduceat(np.where(good, block, np.inf), begin)
            greatest = np.maximum.reduceat(np.where(good, block, -np.inf), begin)
            with np.errstate(over="ignore", invalid="ignore"):
                sums = np.add.reduceat(np.where(good, block, 0), begin, dtype=np.float64)
            finite = np.add.reduceat(good, begin, dtype=np.int64)
        self.least[bins] = np.minimum(self.least[bins], least)
        self.greatest[bins] = np.maximum(self.greatest[bins], greatest)
        with np.errstate(over="ignore", invalid="ignore"):
            self.sums[bins] += sums
        self.finite[bins] += finite
        self.points[bins] += counts

    def result(self) -> tuple[Any, Any, Any]:
        """Return the minimum, maximum and mean of each bin; NaN where no number is finite."""
        empty = self.finite == 0
        least, greatest = self.least.copy(), self.greatest.copy()
        least[empty] = greatest[empty] = np.nan
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self.sums / self.finite
        # The sum of huge numbers overflows; the mean still lies between the extremes.
        broken = ~empty & ~np.isfinite(mean)
        mean[broken] = least[broken] / 2 + greatest[broken] / 2
        return least, greatest, np.clip(mean, least, greatest)


def index_edges(low: float, high: float, bins: int, size: int) -> Any:
    """Return the edges of equally wide bins over points at 0, 1, 2 and so on."""
    return np.clip(np.ceil(np.linspace(low, high, bins + 1)), 0, size).astype(np.int64)
