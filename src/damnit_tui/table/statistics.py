"""The numbers of a column over the runs shown: their trend, and which are far off; pure."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from damnit_daemon.model import RunKey

from .rows import Rows
from .sparkline import sparkline

FAR = 5.0
"""A number is far off from so many median absolute deviations on."""
LEAST_NUMBERS = 5
"""Of fewer nobody can tell what is usual."""
FRESH_S = 2.0
"""So long a column is not looked at again, though values come all the time."""


class Numbers(NamedTuple):
    """The numbers of a column, from the oldest run on."""

    found: tuple[tuple[int, float], ...]
    """Place of the run among all, and its number."""
    middle: float = math.nan
    deviation: float = 0.0
    """Median of how far each is from the middle."""

    @classmethod
    def of(cls, values: Sequence[object]) -> Numbers:
        """Those of some cells that are finite numbers."""
        found = tuple(
            (place, float(value))
            for place, value in enumerate(values)
            if isinstance(value, int | float) and math.isfinite(value)
        )
        if len(found) < LEAST_NUMBERS:
            return cls(found)
        middle = _median(number for _, number in found)
        return cls(found, middle, _median(abs(number - middle) for _, number in found))

    def is_far(self, value: object) -> bool:
        """Tell whether a number is far from the others; where most are the same, nothing is."""
        if not isinstance(value, int | float) or self.deviation <= 0:
            return False
        return abs(value - self.middle) > FAR * self.deviation

    def trend(self, width: int) -> str:
        """A curve of so many characters; blank without two numbers."""
        thinned = _thinned(self.found, width * 2)
        return sparkline([x for x, _ in thinned], [y for _, y in thinned], width)[0]


def _median(numbers: Iterable[float]) -> float:
    # Not the standard library's: importing that takes a while.
    ordered = sorted(numbers)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _thinned(points: Sequence[tuple[int, float]], columns: int) -> Sequence[tuple[int, float]]:
    """Of each part that becomes one column of dots only the least and the greatest."""
    size = len(points) // max(1, columns)
    if size < 3:
        return points
    parts = [points[start : start + size] for start in range(0, len(points), size)]
    extremes = [(min(p, key=lambda q: q[1]), max(p, key=lambda q: q[1])) for p in parts]
    return [point for pair in extremes for point in pair]


class Statistics:
    """The numbers of each column that is looked at, kept for a while."""

    def __init__(self, rows: Rows, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rows = rows
        self._clock = clock
        self._known: dict[str, tuple[list[RunKey], int, float, Numbers]] = {}
        self._version = 0

    def values_changed(self) -> None:
        """What is known grows old; it is looked at again after a moment."""
        self._version += 1

    def of(self, name: str) -> Numbers:
        """The numbers of a column over the runs shown."""
        keys, now = self._rows.keys, self._clock()
        known = self._known.get(name)
        if known is not None and known[0] is keys:
            is_fresh = known[1] == self._version or now - known[2] < FRESH_S
            if is_fresh:
                return known[3]
        numbers = Numbers.of(self._rows.scalars(name, sorted(keys)))
        self._known[name] = (keys, self._version, now, numbers)
        return numbers
