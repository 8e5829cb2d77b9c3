"""Scales of axes and colours, linear or logarithmic, and their ranges. Pure."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from .frame import Window

LARGEST = 8e307
"""The difference of numbers up to this size is finite."""
SMALLEST = 1e-290
"""Smallest number with ten decades below it."""


def levels_of(values: Any, low: float, high: float, *, is_log: bool = False) -> Any:
    """Scale numbers so that `low` is 0 and `high` is 1, without clipping; NaN stays NaN.

    On a logarithmic scale, numbers that are not positive become 0.
    """
    values = np.asarray(values, np.float64)
    if is_log:
        low, high = log_window(low, high)
        low, high = float(np.log10(low)), float(np.log10(high))
        logs = logged(values, is_log=True)
        values = np.where(np.isnan(values) | (values > 0), logs, low)
    # Halve first: the difference of two huge numbers may overflow.
    extent = high / 2 - low / 2
    if extent <= 0:
        return np.where(np.isnan(values), np.nan, 0.5)
    return (values / 2 - low / 2) / extent


def logged(values: Any, *, is_log: bool) -> Any:
    """Return numbers, or their logarithms; NaN where there is none."""
    if not is_log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)


def log_window(low: float, high: float) -> tuple[float, float]:
    """Return the part of a range that has logarithms: at most ten decades below its maximum."""
    if high < SMALLEST:
        return 1e-1, 1.0
    return max(low, high * 1e-10) if low > 0 else high * 1e-4, high


def natural_range(
    found: Sequence[Window | None], *, is_log: bool = False, margin: float = 0.0
) -> Window:
    """Return a range that covers others; its extent is never zero."""
    known = [window for window in found if window is not None]
    if not known:
        return (0.1, 1.0) if is_log else (0.0, 1.0)
    low, high = min(w[0] for w in known), max(w[1] for w in known)
    if is_log:
        low, high = log_window(low, high)
        return (low, high) if low < high else (low / 2, high * 2)
    if low == high:
        half = abs(low) * 0.05 or 0.5
        return low - half, high + half
    # Halve first: the difference of two huge numbers may overflow.
    extent = (high / 2 - low / 2) * (2 * margin)
    return max(low - extent, -sys.float_info.max), min(high + extent, sys.float_info.max)


def range_of(values: Sequence[Any], *, margin: float = 0.0) -> Window:
    """Return a range that covers all finite numbers; its extent is finite and never zero."""
    found = [v[np.isfinite(v)] for v in values]
    extents = [
        (max(float(v.min()), -LARGEST), min(float(v.max()), LARGEST)) for v in found if len(v)
    ]
    return natural_range(extents, margin=margin)
