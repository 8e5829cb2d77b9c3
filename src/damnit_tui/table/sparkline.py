"""Curves in a few characters: braille, two by four dots each.

Not by plotext, which draws the same: 0.09 ms for a cell instead of 1 ms, of which a screen has up
to a hundred, and without numpy and plotext, which the table does not wait for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

BRAILLE = 0x2800
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))
"""Bits of the left and right column of a braille character, from the bottom up."""


def sparkline(x: Sequence[float], y: Sequence[float], width: int, height: int = 1) -> list[str]:
    """Draw a curve, both axes scaled from minimum to maximum.

    Points that are not finite are dropped; a flat line stands at mid-height.
    A dot column that holds several points shows the whole range between them.

    Args:
        x: Positions of the points, in any order.
        y: Their values.
        width: Characters per line.
        height: Lines.

    Returns:
        The lines from the top down; blank ones if fewer than two points are left.
    """
    points = [(a, b) for a, b in zip(x, y, strict=False) if math.isfinite(a) and math.isfinite(b)]
    bits = [[0] * width for _ in range(height)]
    if len(points) >= 2 and width > 0:
        for column, (low, high) in _spans(points, width * 2, height * 4).items():
            for level in range(low, high + 1):
                bits[height - 1 - level // 4][column // 2] |= _DOTS[column % 2][level % 4]
    return ["".join(chr(BRAILLE + cell) if cell else " " for cell in line) for line in bits]


def _spans(
    points: list[tuple[float, float]], columns: int, levels: int
) -> dict[int, tuple[int, int]]:
    """Return the lowest and highest dot of each dot column, joined to the previous column."""
    points.sort()
    left, right = points[0][0], points[-1][0]
    bottom, top = min(b for _, b in points), max(b for _, b in points)
    spans: dict[int, tuple[int, int]] = {}
    for a, b in points:
        column = _place(a, left, right, columns)
        level = _place(b, bottom, top, levels)
        low, high = spans.get(column, (level, level))
        spans[column] = (min(low, level), max(high, level))
    return _filled(spans)


def _place(value: float, least: float, greatest: float, count: int) -> int:
    # Halve first: the difference of two huge numbers may overflow.
    extent = greatest / 2 - least / 2
    if not extent:
        return (count - 1) // 2
    return min(count - 1, int((value / 2 - least / 2) / extent * (count - 1) + 0.5))


def _filled(spans: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Interpolate dot columns that hold no point."""
    filled = dict(spans)
    columns = sorted(spans)
    for start, end in pairwise(columns):
        begin, finish = sum(spans[start]) / 2, sum(spans[end]) / 2
        for column in range(start + 1, end):
            level = round(begin + (finish - begin) * (column - start) / (end - start))
            filled[column] = (level, level)
    return _joined(filled)


def _joined(spans: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Extend adjacent dot columns until they touch, each by half the distance."""
    joined = dict(spans)
    for column in sorted(spans):
        if column + 1 not in spans:
            continue
        (low, high), (next_low, next_high) = spans[column], spans[column + 1]
        kept, following = joined[column], joined[column + 1]
        if next_low > high + 1:
            middle = (high + next_low) // 2
            joined[column] = (kept[0], middle)
            joined[column + 1] = (middle + 1, following[1])
        elif next_high < low - 1:
            middle = (low + next_high) // 2
            joined[column] = (middle + 1, kept[1])
            joined[column + 1] = (following[0], middle)
    return joined
