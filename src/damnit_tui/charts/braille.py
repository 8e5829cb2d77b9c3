"""Dots on a grid of characters: braille, two by four dots each."""

from __future__ import annotations

from typing import Any

import numpy as np

FIRST = 0x2800
ACROSS, DOWN = 2, 4
"""Dots per character."""

_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint8)
_CHARACTERS = np.array([" ", *(chr(FIRST + n) for n in range(1, 256))])


def characters(dots: Any) -> Any:
    """Convert dots to characters.

    Args:
        dots: Bool, (4 * lines, 2 * columns), from the top left.

    Returns:
        Characters (lines, columns); a blank where there is no dot.
    """
    lines, columns = dots.shape[0] // DOWN, dots.shape[1] // ACROSS
    cells = dots.reshape(lines, DOWN, columns, ACROSS).transpose(0, 2, 1, 3)
    return _CHARACTERS[(cells * _BITS).sum(axis=(2, 3), dtype=np.uint8)]


def band(low: Any, high: Any, levels: int) -> Any:
    """Return the dots from a low to a high level in each dot column.

    Args:
        low: Levels from the bottom, starting at 0, possibly fractional; NaN draws nothing.
        high: Likewise, not below `low`.
        levels: Number of levels; anything beyond is clipped.

    Returns:
        Bool, (levels, columns), from the top.
    """
    there = np.isfinite(low) & np.isfinite(high)
    bottom = np.where(there, np.rint(np.clip(low, -1, levels)), 1)
    top = np.where(there, np.rint(np.clip(high, -1, levels)), 0)
    rows = np.arange(levels - 1, -1, -1)[:, None]
    return (rows >= bottom[None, :]) & (rows <= top[None, :])


def joined(low: Any, high: Any, filled: Any) -> tuple[Any, Any]:
    """Join points and ranges to a line: straight over empty columns, without gaps.

    Columns that hold points but no finite one break the line.

    Args:
        low: Lowest level per dot column; NaN where there is none.
        high: Highest level per dot column.
        filled: Columns that hold points.

    Returns:
        Levels for `band`.
    """
    columns = np.arange(len(low))
    good = np.isfinite(low) & np.isfinite(high)
    if not good.any():
        return low, high
    middle = (low + high) / 2
    between = np.interp(columns, columns[good], middle[good])
    before, after = _neighbours(good, filled)
    empty = ~filled & before & after
    low, high = np.where(empty, between, low), np.where(empty, between, high)
    # Neighbours touch: each is extended by half the distance.
    gap = (low[1:] > high[:-1] + 1, high[1:] < low[:-1] - 1)
    up, down = (high[:-1] + low[1:]) / 2, (low[:-1] + high[1:]) / 2
    stretched_low, stretched_high = low.copy(), high.copy()
    with np.errstate(invalid="ignore"):
        stretched_high[:-1] = np.where(
            gap[0], np.fmax(stretched_high[:-1], up), stretched_high[:-1]
        )
        stretched_low[1:] = np.where(gap[0], np.fmin(stretched_low[1:], up), stretched_low[1:])
        stretched_low[:-1] = np.where(gap[1], np.fmin(stretched_low[:-1], down), stretched_low[:-1])
        stretched_high[1:] = np.where(gap[1], np.fmax(stretched_high[1:], down), stretched_high[1:])
    return stretched_low, stretched_high


def _neighbours(good: Any, filled: Any) -> tuple[Any, Any]:
    """Return whether the next filled column on the left, and on the right, has a finite point."""
    columns = np.arange(len(good))
    left = np.maximum.accumulate(np.where(filled, columns, -1))
    right = np.minimum.accumulate(np.where(filled, columns, len(good))[::-1])[::-1]
    before = (left >= 0) & good[np.maximum(left, 0)]
    after = (right < len(good)) & good[np.minimum(right, len(good) - 1)]
    return before, after
