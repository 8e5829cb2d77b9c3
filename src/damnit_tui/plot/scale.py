"""Scales and ranges of axes. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..charts.line_chart import natural_range
from .data import MOST, Group, Points, fitting_bins, histogram
from .state import PlotState, Window

MARGIN = 0.04


def logged(values: Any, is_log: bool) -> Any:
    """Return numbers, or their logarithms; NaN where there is none."""
    if not is_log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)


def around(values: list[Any], *, margin: float = MARGIN / 2) -> Window:
    """Return a range that covers all finite numbers; its extent is finite and never zero."""
    found = [v[np.isfinite(v)] for v in values]
    extents = [(max(float(v.min()), -MOST), min(float(v.max()), MOST)) for v in found if len(v)]
    return natural_range(extents, margin=margin)


def counted(group: Group, state: PlotState, window: Window) -> tuple[Any, Any]:
    """Return counts and edges of a histogram of a group in a window."""
    values = logged(group.x, state.log_x)
    values = values[np.isfinite(values)]
    return histogram(values, state.bins or fitting_bins(len(group.x)), window)


def window_of(points: Points, state: PlotState) -> Window:
    """Return the x range of a histogram."""
    if state.window is not None:
        return state.window
    return around([logged(g.x, state.log_x) for g in points.groups], margin=0.0)
