"""Points as a drawing in characters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
from rich.segment import Segment
from rich.style import Style

from damnit_daemon.model.looked import AxisKind

from ..inspect.chart import Axes, Dots, Series, chart_size, draw_chart
from ..inspect.colourmaps import MAPS
from ..inspect.frame import Frame, Styles
from ..inspect.ticks import format_value, log_ticks
from ..visible import clip, visible
from .points import MOST, Group, Points, fitting_bins, histogram
from .state import Form, PlotState, Window

SHADES = 12
"""Colours for a third number."""
COLOURS = 6
FEW = 400
"""So few points are drawn larger, to be seen."""
WIDE_BIN = 6
"""Dot columns from which on there is a gap between the bars of a histogram."""
MARGIN = 0.04


@dataclass(frozen=True)
class Drawn:
    """A drawing, and what it took."""

    frame: Frame
    shown: tuple[Window, Window]
    """From, to, of x and y in what is drawn."""
    bins: int = 0
    legend: tuple[tuple[str, str], ...] = ()
    """Text and role of each part of the legend."""


def shade_styles() -> Mapping[str, Style]:
    """The styles of a third number, from low to high."""
    colours = MAPS[0].colours(np.linspace(0.08, 1, SHADES)).tolist()
    return {
        f"shade{n}": Style.parse("#{:02x}{:02x}{:02x}".format(*c)) for n, c in enumerate(colours)
    }


def draw_points(
    points: Points,
    state: PlotState,
    width: int,
    height: int,
    styles: Styles,
    zone: tzinfo | None = None,
) -> Drawn:
    """Draw points.

    Args:
        points: What; at least one point.
        state: How.
        width: Of the drawing, in characters.
        height: The same.
        styles: How roles look; also those of `shade_styles`.
        zone: In which times are shown.
    """
    columns, levels = chart_size(width, height)
    log_x, log_y = state.log_x, state.log_y
    if state.form is Form.HISTOGRAM:
        return _draw_histogram(points, state, width, height, styles, zone)
    groups = [_scaled(group, log_x=log_x) for group in points.groups]
    x = state.window or _around([g.x for g in groups])
    y = _span_of([_logged(g.y, log_y) for g in groups], state.span)
    series: list[Series | Dots] = []
    for number, group in enumerate(groups):
        role = f"series{number % COLOURS}"
        if state.form is Form.LINE:
            series.append(reduce_line(group.x, group.y, x, columns, role))
        elif group.colour is not None:
            series += _shaded(group, points, (x, y), (columns, levels), log_y=log_y)
        else:
            series.append(_dots(group.x, group.y, role, (x, y), (columns, levels), log_y=log_y))
    axes = _axes(points, state, x, y, zone, y_label=points.y_label)
    cursor = state.cursor[0] if state.cursor is not None else None
    frame = draw_chart(series, axes, width, height, styles, cursor)
    return Drawn(frame, (x, y), legend=legend_of(points))


def reduce_line(x: Any, y: Any, window: Window, columns: int, role: str) -> Series:
    """Points in the order of x, as the least and greatest value of each dot column.

    Nothing that stands out is lost, and a million points cost no more to draw than a hundred.
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    extent = window[1] - window[0] or 1.0
    first = max(0, int(np.searchsorted(x, window[0])) - 1)
    last = min(len(x), int(np.searchsorted(x, window[1], "right")) + 1)
    x, y = x[first:last], y[first:last]
    with np.errstate(over="ignore"):
        at = np.clip((x - window[0]) / extent * columns, -1, columns).astype(np.int64)
    least, greatest = np.full(columns + 2, np.inf), np.full(columns + 2, -np.inf)
    np.fmin.at(least, at + 1, y)
    np.fmax.at(greatest, at + 1, y)
    least[~np.isfinite(least)] = np.nan
    greatest[~np.isfinite(greatest)] = np.nan
    inside = slice(1, columns + 1)
    filled = np.isfinite(least)[inside]
    mean = (least / 2 + greatest / 2)[inside]
    return Series(least[inside], greatest[inside], mean, filled, np.zeros(columns, bool), role)


def legend_of(points: Points) -> tuple[tuple[str, str], ...]:
    """What the colours stand for."""
    groups = points.groups
    if groups and groups[0].colour is not None:
        return _legend_of_colours(points)
    if len(groups) == 1 and points.y_label:
        return ()
    return tuple(
        (f"● {visible(clip(group.label, 30))}", f"series{number % COLOURS}")
        for number, group in enumerate(groups)
    )


def nearest(
    points: Points, state: PlotState, at: tuple[float, float], shown: tuple[Window, Window]
) -> tuple[int, int] | None:
    """The point next to a place, as its group and its place in that; None without any."""
    found, best = None, np.inf
    (left, right), (bottom, top) = shown
    for number, group in enumerate(points.groups):
        x, y = _logged(group.x, state.log_x), _logged(group.y, state.log_y)
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
    """Where the next point along x is, from the cursor on; None without any."""
    group = points.groups[0] if points.groups else None
    if group is None or not len(group.x) or len(group.y) != len(group.x):
        return None
    x, y = _logged(group.x, state.log_x), _logged(group.y, state.log_y)
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
    """What the cursor is on; without one, what is shown."""
    parts = [f"{points.count:,} points".replace(",", " "), *points.notes]
    if state.cursor is None:
        return " · ".join(parts)
    if state.form is Form.HISTOGRAM:
        return _read_bin(points, state, zone)
    found = nearest(points, state, state.cursor, shown)
    if found is None:
        return " · ".join(parts)
    group = points.groups[found[0]]
    x, y = float(group.x[found[1]]), float(group.y[found[1]])
    told = [
        f"{_short(points.x_label)} {format_value(x, points.x_kind, zone)}",
        f"{_short(group.label)} {format_value(y, points.y_kind, zone)}",
    ]
    if group.runs is not None and points.x_label != "Run":
        told.insert(0, f"run {points.keys[int(group.runs[found[1]])].run}")
    if group.colour is not None:
        told.append(
            f"{_short(points.colour_label)} {_colour_text(points, group.colour[found[1]], zone)}"
        )
    return " · ".join(map(visible, told))


def _read_bin(points: Points, state: PlotState, zone: tzinfo | None) -> str:
    assert state.cursor is not None
    told = []
    for group in points.groups:
        counts, edges = _counted(group, state, _window_of(points, state))
        at = int(np.searchsorted(edges, state.cursor[0], "right")) - 1
        if 0 <= at < len(counts):
            low, high = (10.0 ** edges[at : at + 2] if state.log_x else edges[at : at + 2]).tolist()
            between = f"{format_value(low, points.x_kind, zone)} to "
            between += format_value(high, points.x_kind, zone)
            told.append(f"{_short(group.label)} {between}: {int(counts[at])}")
    return " · ".join(map(visible, told))


def _draw_histogram(
    points: Points, state: PlotState, width: int, height: int, styles: Styles, zone: tzinfo | None
) -> Drawn:
    columns, _ = chart_size(width, height)
    x = _window_of(points, state)
    bins = state.bins or fitting_bins(max(len(g.x) for g in points.groups))
    series: list[Series | Dots] = []
    top = 1.0
    at = np.linspace(x[0], x[1], columns, endpoint=False) + (x[1] - x[0]) / columns / 2
    for number, group in enumerate(points.groups):
        counts, edges = _counted(group, state, x)
        place = np.searchsorted(edges, at, "right") - 1
        inside = (place >= 0) & (place < len(counts))
        level = np.where(inside, counts[np.clip(place, 0, len(counts) - 1)], np.nan)
        top = max(top, float(counts.max(initial=0)))
        alone = len(points.groups) == 1
        if alone and columns / len(counts) >= WIDE_BIN:  # bars that can be told apart
            level[:-1][place[1:] != place[:-1]] = np.nan
        low = np.where(level > 0, 0.0, np.nan) if alone else level
        series.append(
            Series(
                low, np.where(level > 0, level, np.nan) if alone else level, level,
                inside, np.zeros(columns, bool), f"series{number % COLOURS}", is_line=not alone,
            )
        )  # fmt: skip
    y = state.span or ((0.5, top * 1.2) if state.log_y else (0.0, top * (1 + MARGIN)))
    axes = _axes(points, state, x, y, zone, y_label=points.y_label)
    cursor = state.cursor[0] if state.cursor is not None else None
    frame = draw_chart(series, axes, width, height, styles, cursor)
    return Drawn(frame, (x, y), bins, legend_of(points))


def _counted(group: Group, state: PlotState, window: Window) -> tuple[Any, Any]:
    values = _logged(group.x, state.log_x)
    values = values[np.isfinite(values)]
    return histogram(values, state.bins or fitting_bins(len(group.x)), window)


def _window_of(points: Points, state: PlotState) -> Window:
    if state.window is not None:
        return state.window
    return _around([_logged(g.x, state.log_x) for g in points.groups], margin=0.0)


def _axes(
    points: Points,
    state: PlotState,
    x: Window,
    y: Window,
    zone: tzinfo | None,
    *,
    y_label: str,
) -> Axes:
    names: tuple[tuple[float, str], ...] = ()
    x_label = points.x_label
    if state.log_x:
        ticks = log_ticks((_power(x[0]), _power(x[1])), 8)
        names = tuple((float(np.log10(tick.value)), tick.label) for tick in ticks)
        x_label = f"{x_label}  (logarithmic)"
    return Axes(
        x,
        (_power(y[0]), _power(y[1])) if state.log_y and state.form is not Form.HISTOGRAM else y,
        AxisKind.NUMBER if state.log_x else points.x_kind,
        x_label=x_label,
        y_label=y_label,
        y_kind=points.y_kind,
        is_log=state.log_y,
        names=names,
        zone=zone,
    )


def _power(exponent: float) -> float:
    return float(10.0 ** min(max(exponent, -307.0), 308.0))


def _scaled(group: Group, *, log_x: bool) -> Group:
    if not log_x:
        return group
    x = _logged(group.x, log_x)
    good = np.isfinite(x)
    colour = group.colour[good] if group.colour is not None else None
    return Group(group.label, x[good], group.y[good], None, colour)


def _logged(values: Any, is_log: bool) -> Any:
    if not is_log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log10(np.where(values > 0, values, 1.0)), np.nan)


def _around(values: list[Any], *, margin: float = MARGIN / 2) -> Window:
    """A range that holds all finite numbers; with an extent, whatever they are."""
    found = [v[np.isfinite(v)] for v in values]
    found = [v for v in found if len(v)]
    if not found:
        return 0.0, 1.0
    low = max(min(float(v.min()) for v in found), -MOST)
    high = min(max(float(v.max()) for v in found), MOST)
    if low == high:
        half = abs(low) * 0.05 or 0.5
        return low - half, high + half
    extent = (high - low) * margin
    wide = low - extent, high + extent
    return wide if np.isfinite(wide[1] - wide[0]) else (low, high)


def _span_of(values: list[Any], span: Window | None) -> Window:
    return span if span is not None else _around(values, margin=MARGIN)


def _dots(
    x: Any, y: Any, role: str, shown: tuple[Window, Window], size: tuple[int, int], *, log_y: bool
) -> Dots:
    """Points; few ones are made larger."""
    if len(x) > FEW:
        return Dots(x, y, role)
    (left, right), (bottom, top) = shown
    across, up = (right - left) / max(1, size[0]), (top - bottom) / max(1, size[1] - 1)
    levels = _logged(y, log_y)
    with np.errstate(over="ignore"):
        wide_x = np.concatenate([x, x + across, x, x + across])
        wide_y = np.concatenate([levels, levels, levels + up, levels + up])
    if log_y:
        with np.errstate(over="ignore"):
            wide_y = 10.0**wide_y
    return Dots(wide_x, wide_y, role)


def _shaded(
    group: Group,
    points: Points,
    shown: tuple[Window, Window],
    size: tuple[int, int],
    *,
    log_y: bool,
) -> list[Dots]:
    places = _shades_of(group, points)
    roles = [f"series{n}" for n in range(COLOURS)] if points.categories else _shade_roles()
    return [
        _dots(group.x[places == n], group.y[places == n], role, shown, size, log_y=log_y)
        for n, role in enumerate(roles)
        if (places == n).any()
    ]


def _shades_of(group: Group, points: Points) -> Any:
    if points.categories:
        return np.minimum(group.colour, COLOURS - 1).astype(int)
    low, high = _extremes(points)
    share = (group.colour - low) / (high - low or 1)
    return np.clip(share * SHADES, 0, SHADES - 1).astype(int)


def _shade_roles() -> list[str]:
    return [f"shade{n}" for n in range(SHADES)]


def _extremes(points: Points) -> Window:
    found = np.concatenate([g.colour for g in points.groups if g.colour is not None])
    return (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)


def _legend_of_colours(points: Points) -> tuple[tuple[str, str], ...]:
    label = (f"{visible(points.colour_label)}:", "label")
    if points.categories:
        named = [*points.categories[:COLOURS]]
        if len(points.categories) > COLOURS:
            named[-1] = f"{len(points.categories) - COLOURS + 1} others"
        return (label, *((f"● {visible(clip(n, 20))}", f"series{i}") for i, n in enumerate(named)))
    low, high = (format_value(v, points.colour_kind) for v in _extremes(points))
    bar = tuple(("█", f"shade{n}") for n in range(SHADES))
    return (label, (low, "label"), *bar, (high, "label"))


def _colour_text(points: Points, value: float, zone: tzinfo | None) -> str:
    if points.categories:
        return points.categories[int(value)]
    return format_value(float(value), points.colour_kind, zone)


def _short(label: str) -> str:
    return clip(label, 32)


def blank(width: int, text: str, style: Style) -> list[list[Segment]]:
    """Words in place of a drawing."""
    return [[], *([Segment(f" {clip(line, width - 2)}", style)] for line in text.split("\n"))]
