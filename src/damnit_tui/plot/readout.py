"""The point nearest to the cursor, and its readout. Pure."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np

from damnit_daemon.text import count_of

from ..charts.scale import logged
from ..charts.ticks import format_value
from ..sanitize import clip, visible
from .data import Points, count_in_bins, window_of
from .state import Form, PlotState, Window


def nearest(
    points: Points, state: PlotState, at: tuple[float, float], shown: tuple[Window, Window]
) -> tuple[int, int] | None:
    """Return the point nearest to a position, as its group and index; None without any."""
    found, best = None, np.inf
    (left, right), (bottom, top) = shown
    for number, group in enumerate(points.groups):
        x, y = logged(group.x, is_log=state.log_x), logged(group.y, is_log=state.log_y)
        if not len(x) or len(y) != len(x):
            continue
        with np.errstate(over="ignore", invalid="ignore"):
            across, up = (x - at[0]) / (right - left or 1), (y - at[1]) / (top - bottom or 1)
            distance = np.where(np.isfinite(across + up), across**2 + up**2, np.inf)
        place = int(np.argmin(distance))
        if distance[place] < best:
            found, best = (number, place), float(distance[place])
    return found


def stepped(
    points: Points, state: PlotState, step: int, shown: tuple[Window, Window]
) -> tuple[float, float] | None:
    """Return the position of the next point along x from the cursor; None without any."""
    group = points.groups[0] if points.groups else None
    if group is None or not len(group.x) or len(group.y) != len(group.x):
        return None
    x, y = logged(group.x, is_log=state.log_x), logged(group.y, is_log=state.log_y)
    order = np.lexsort((y, x))
    order = order[np.isfinite(x[order]) & np.isfinite(y[order])]
    if not len(order):
        return None
    if state.cursor is None:
        place = 0 if step > 0 else len(order) - 1
    else:
        found = nearest(Points((group,)), state, state.cursor, shown)
        here = int(np.flatnonzero(order == found[1])[0]) if found else 0
        place = min(len(order) - 1, max(0, here + step))
    chosen = order[place]
    return float(x[chosen]), float(y[chosen])


def readout(
    points: Points, state: PlotState, shown: tuple[Window, Window], zone: tzinfo | None = None
) -> str:
    """Describe the point under the cursor; without a cursor, the visible range."""
    parts = [count_of(points.count, "point", spec=","), *points.notes]
    if state.cursor is None:
        return " · ".join(parts)
    if state.form is Form.HISTOGRAM:
        return _read_bin(points, state, zone)
    found = nearest(points, state, state.cursor, shown)
    if found is None:
        return " · ".join(parts)
    group = points.groups[found[0]]
    x, y = float(group.x[found[1]]), float(group.y[found[1]])
    parts = [
        f"{_short(points.x_label)} {format_value(x, points.x_kind, zone)}",
        f"{_short(group.label)} {format_value(y, points.y_kind, zone)}",
    ]
    if group.runs is not None and "Run" not in (points.x_label, points.colour_label):
        parts.insert(0, f"run {points.keys[int(group.runs[found[1]])].run}")
    if group.colour is not None:
        parts.append(
            f"{_short(points.colour_label)} {_colour_text(points, group.colour[found[1]], zone)}"
        )
    return " · ".join(map(visible, parts))


def _read_bin(points: Points, state: PlotState, zone: tzinfo | None) -> str:
    assert state.cursor is not None
    parts = []
    for group in points.groups:
        counts, edges = count_in_bins(group, state, window_of(points, state))
        at = int(np.searchsorted(edges, state.cursor[0], "right")) - 1
        if 0 <= at < len(counts):
            low, high = (10.0 ** edges[at : at + 2] if state.log_x else edges[at : at + 2]).tolist()
            between = f"{format_value(low, points.x_kind, zone)} to "
            between += format_value(high, points.x_kind, zone)
            parts.append(f"{_short(group.label)} {between}: {int(counts[at])}")
    return " · ".join(map(visible, parts))


def _colour_text(points: Points, value: float, zone: tzinfo | None) -> str:
    if points.categories:
        return points.categories[int(value)]
    return format_value(float(value), points.colour_kind, zone)


def _short(label: str) -> str:
    return clip(label, 32)
