"""Statistics of a numeric column over some runs: trend, outliers, mean and others; pure."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property

from damnit_daemon.model import RunKey
from damnit_daemon.model.sanitize import format_number

from .rows import Rows
from .sparkline import sparkline

FAR = 5.0
"""Outliers are more than this many median absolute deviations from the median."""
LEAST_NUMBERS = 5
"""With fewer numbers, outliers cannot be determined."""
STATISTICS = ("count", "mean", "std", "min", "max", "sum")
"""Statistics by name: std is the standard deviation of a sample."""
FRESH_S = 2.0
"""Minimum interval between updates of a column while values keep arriving."""


class Numbers:
    """The finite numbers among the cells of a column, from the oldest run on.

    Args:
        cells: The cells.
    """

    def __init__(self, cells: Iterable[object]) -> None:
        self.found = tuple(
            (place, float(value))
            for place, value in enumerate(cells)
            if isinstance(value, int | float) and math.isfinite(value)
        )
        """Index of the run among all, and its number."""

    @cached_property
    def values(self) -> list[float]:
        """The numbers alone."""
        return [number for _, number in self.found]

    @cached_property
    def _median_and_deviation(self) -> tuple[float, float]:
        """The median, and the median absolute deviation from it; 0 with too few numbers."""
        if len(self.found) < LEAST_NUMBERS:
            return math.nan, 0.0
        middle = _median(self.values)
        return middle, _median(abs(number - middle) for number in self.values)

    def is_far(self, value: object) -> bool:
        """Return True if a number is an outlier; if most numbers are equal, none is."""
        middle, deviation = self._median_and_deviation
        if not isinstance(value, int | float) or deviation <= 0:
            return False
        return abs(value - middle) > FAR * deviation

    def text_of(self, statistic: str) -> str:
        """Format one of `STATISTICS` as the table shows numbers; empty with too few numbers."""
        number = statistic_of(self.values, statistic)
        return "" if math.isnan(number) else format_number(number)

    def trend(self, width: int) -> str:
        """Return a sparkline of this width; blank with fewer than two numbers."""
        thinned = _thinned(self.found, width * 2)
        return sparkline([x for x, _ in thinned], [y for _, y in thinned], width)[0]


def statistic_of(numbers: Sequence[float], name: str) -> float:
    """Return one of `STATISTICS` of finite numbers; NaN with too few of them."""
    if name == "count":
        return len(numbers)
    if len(numbers) < (2 if name == "std" else 1):
        return math.nan
    if name in ("min", "max"):
        return min(numbers) if name == "min" else max(numbers)
    try:
        total = math.fsum(numbers)
    except OverflowError:  # so is the sum, but not the mean
        total = math.copysign(math.inf, math.fsum(number / len(numbers) for number in numbers))
    if name == "sum":
        return total
    mean = total / len(numbers)
    if math.isinf(mean):
        mean = math.fsum(number / len(numbers) for number in numbers)
    if name == "mean":
        return mean
    # A product overflows to infinity, a power raises.
    squares = sum((number - mean) * (number - mean) for number in numbers)
    return math.sqrt(squares / (len(numbers) - 1))


def _median(numbers: Iterable[float]) -> float:
    # Not the `statistics` module: importing it is slow.
    ordered = sorted(numbers)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _thinned(points: Sequence[tuple[int, float]], columns: int) -> Sequence[tuple[int, float]]:
    """Keep only the minimum and maximum of each chunk that becomes one dot column."""
    size = len(points) // max(1, columns)
    if size < 3:
        return points
    parts = [points[start : start + size] for start in range(0, len(points), size)]
    extremes = [(min(p, key=lambda q: q[1]), max(p, key=lambda q: q[1])) for p in parts]
    return [point for pair in extremes for point in pair]


class Statistics:
    """Cached numbers of the displayed columns."""

    def __init__(self, rows: Rows, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rows = rows
        self._clock = clock
        self._known: dict[tuple[str, bool], tuple[Collection[RunKey], int, float, Numbers]] = {}
        self._version = 0

    def values_changed(self) -> None:
        """Invalidate the cached numbers; they are updated after a moment."""
        self._version += 1

    def of(self, name: str, *, chosen: bool = False) -> Numbers:
        """Return the numbers of a column over the runs shown, or over those chosen by marks."""
        keys, now = self._rows.chosen if chosen else self._rows.keys, self._clock()
        known = self._known.get((name, chosen))
        if known is not None and known[0] is keys:
            is_fresh = known[1] == self._version or now - known[2] < FRESH_S
            if is_fresh:
                return known[3]
        numbers = Numbers(self._rows.scalars(name, sorted(keys)))
        self._known[name, chosen] = (keys, self._version, now, numbers)
        return numbers
