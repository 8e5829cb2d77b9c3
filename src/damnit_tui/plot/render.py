"""Render points as a drawing in characters. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
from rich.segment import Segment
from rich.style import Style

from damnit_daemon.model.view import AxisKind

from ..charts.colourmaps import MAPS
from ..charts.frame import Frame, Styles
from ..charts.line_chart import Axes, Dots, Series, chart_size, draw_chart, reduce_line
from ..charts.scale import logged, range_of
from ..charts.ticks import log_ticks
from ..sanitize import clip
from .data import Group, Points, count_in_bins, fitting_bins, window_of
from .fit import FitResult
from .legend import COLOURS, SHADES, LegendPart, extremes, legend_of, series_role, shade_roles
from .state import Form, PlotState, Window

MARGIN = 0.04
"""Space above and below the points, as a fraction of their range."""
WIDE_BIN = 6
"""Minimum width of a histogram bin in dots for a gap between the bars."""


@dataclass(frozen=True)
class Drawn:
    """A drawing, with its ranges and legend."""

    frame: Frame
    shown: tuple[Window, Window]
    """Ranges of x and y in drawn units."""
    bins: int = 0
    legend: tuple[LegendPart, ...] = ()

    @property
    def text(self) -> str:
        """The drawing and its legend without colours."""
        lines = ("".join(s.text for s in line).rstrip() for line in self.frame.lines)
        return "\n".join(
            filter(None, ["".join(part.text + part.gap for part in self.legend).rstrip(), *lines])
        )


def shade_styles(*, is_dark: bool = True) -> Mapping[str, Style]:
    """Return the styles of a third variable, from low to high, as far as visible in the theme."""
    low, high = (0.2, 1.0) if is_dark else (0.0, 0.72)
    colours = MAPS[0].colours(np.linspace(low, high, SHADES)).tolist()
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
    fits: Sequence[FitResult] = (),
) -> Drawn:
    """Draw points, and fits over them.

    Args:
        points: The points, at least one.
        state: The plot state.
        width: Width of the drawing, in characters.
        height: Height of the drawing, in characters.
        styles: Styles by role, including those of `shade_styles`.
        zone: Time zone for displayed times.
        fits: Fitted functions.
    """
    if state.form is Form.HISTOGRAM:
        return _draw_histogram(points, state, width, height, styles, zone, fits)
    columns, _ = chart_size(width, height)
    log_x, log_y = state.log_x, state.log_y
    groups = [_scaled(group, log_x=log_x) for group in points.groups]
    x = state.window or range_of([g.x for g in groups], margin=MARGIN / 2)
    y = _span_of([logged(g.y, is_log=log_y) for g in groups], state.span)
    series: list[Series | Dots] = []
    for number, group in enumerate(groups):
        role = series_role(number, len(groups))
        if state.form is Form.LINE:
            series.append(reduce_line(group.x, group.y, x, columns, role))
        elif group.colour is not None:
            series += _shaded(group, points)
        else:
            series.append(Dots(group.x, group.y, role))
    series += [_curve_of(fit, state, x, columns) for fit in fits]
    axes = _axes(points, state, x, y, zone, y_label=points.y_label)
    cursor = state.cursor[0] if state.cursor is not None else None
    frame = draw_chart(series, axes, width, height, styles, cursor)
    return Drawn(frame, (x, y), legend=legend_of(points, state.form))


def _draw_histogram(
    points: Points,
    state: PlotState,
    width: int,
    height: int,
    styles: Styles,
    zone: tzinfo | None,
    fits: Sequence[FitResult],
) -> Drawn:
    columns, _ = chart_size(width, height)
    x = window_of(points, state)
    bins = state.bins or fitting_bins(max(len(g.x) for g in points.groups))
    series: list[Series | Dots] = []
    top = 1.0
    at = np.linspace(x[0], x[1], columns, endpoint=False) + (x[1] - x[0]) / columns / 2
    for number, group in enumerate(points.groups):
        role = series_role(number, len(points.groups))
        counts, edges = count_in_bins(group, state, x)
        place = np.searchsorted(edges, at, "right") - 1
        inside = (place >= 0) & (place < len(counts))
        level = np.where(inside, counts[np.clip(place, 0, len(counts) - 1)], np.nan)
        top = max(top, float(counts.max(initial=0)))
        alone = len(points.groups) == 1
        if alone and columns / len(counts) >= WIDE_BIN:  # wide enough to separate the bars
            level[:-1][place[1:] != place[:-1]] = np.nan
        low = np.where(level > 0, 0.0, np.nan) if alone else level
        series.append(
            Series(
                low, np.where(level > 0, level, np.nan) if alone else level, level,
                inside, np.zeros(columns, bool), role, is_line=not alone,
            )
        )  # fmt: skip
    series += [_curve_of(fit, state, x, columns) for fit in fits]
    y = state.span or ((0.5, top * 1.2) if state.log_y else (0.0, top * (1 + MARGIN)))
    axes = _axes(points, state, x, y, zone, y_label=points.y_label)
    cursor = state.cursor[0] if state.cursor is not None else None
    frame = draw_chart(series, axes, width, height, styles, cursor)
    return Drawn(frame, (x, y), bins, legend_of(points, state.form))


def _curve_of(fit: FitResult, state: PlotState, window: Window, columns: int) -> Series:
    """Return a fitted function in the middle of each dot column."""
    at = window[0] + (np.arange(columns) + 0.5) / columns * (window[1] - window[0])
    with np.errstate(all="ignore"):
        y = fit.curve(10.0**at if state.log_x else at)
    return Series(y, y, y, np.ones(columns, bool), np.zeros(columns, bool), "fit")


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
    x = logged(group.x, is_log=log_x)
    good = np.isfinite(x)
    colour = group.colour[good] if group.colour is not None else None
    return Group(group.label, x[good], group.y[good], None, colour)


def _span_of(values: list[Any], span: Window | None) -> Window:
    return span if span is not None else range_of(values, margin=MARGIN)


def _shaded(group: Group, points: Points) -> list[Dots]:
    places = _shades_of(group, points)
    roles = [f"series{n}" for n in range(COLOURS)] if points.categories else shade_roles()
    return [
        Dots(group.x[places == n], group.y[places == n], role)
        for n, role in enumerate(roles)
        if (places == n).any()
    ]


def _shades_of(group: Group, points: Points) -> Any:
    if points.categories:
        return np.minimum(group.colour, COLOURS - 1).astype(int)
    low, high = extremes(points)
    share = (group.colour - low) / (high - low or 1)
    return np.clip(share * SHADES, 0, SHADES - 1).astype(int)


def blank(width: int, text: str, style: Style) -> list[list[Segment]]:
    """Return a message in place of a drawing."""
    return [[], *([Segment(f" {clip(line, width - 2)}", style)] for line in text.split("\n"))]
