"""Lines, points and histograms with axes.

plotext draws axes, ticks, a single curve and a single group of points (`painter`). Ours is what
it cannot do (measured with 5.3.2 on 120x40 characters):

* the range and mean of long curves, filled areas and many points: plotext takes 69 ms for the
  range of a noisy curve, 163 ms for a filled histogram, 74 ms for 10,000 points; `braille` 2 ms;
* curves over each other: in plotext the later one blanks the earlier one's dots in each character
  that both are in, 345 of 953 dots of three runs that are alike;
* round ticks, decades and times (`ticks`), the cursor, marks for values that are not finite.

A chart takes 5 ms in plotext with nothing in it, and 10 to 14 ms with a curve. The last charts
are cached by plotext's input: moving the cursor redraws a curve in 0.6 ms instead of 22, and a
range, of which plotext draws only the axes, in 1.5 ms instead of 11 (118x30 characters, busy
machine).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

import numpy as np
from rich.segment import Segment
from rich.style import Style

from damnit_daemon.model.view import AxisKind, Curve

from ..sanitize import clip, clip_start, visible
from .braille import ACROSS, DOWN, band, characters, joined
from .frame import GUTTER, Frame, Place, Styles, Window, runs, styled, text_line
from .painter import Stroke, paint
from .scale import levels_of, log_window
from .ticks import Tick, axis_ticks

FEW = 400
"""Up to this many points are drawn larger, to be visible."""
VERY_FEW = 100
"""Up to this many points are drawn larger still."""
TICK_WIDTH = 12
"""Columns per label on the x axis."""
MOST_DOTS = 2000
"""Dots that plotext draws; 1,000 take 6 ms."""
FAR = 1e9
"""Dots; further out a line is not followed."""


@dataclass(frozen=True)
class Series:
    """Minimum, maximum and mean per dot column, drawn in one colour."""

    least: Any
    greatest: Any
    mean: Any
    filled: Any
    missing: Any
    role: str = "curve"
    is_line: bool = True
    """True to join neighbours; otherwise dots."""
    has_mean: bool = False
    """True to draw the mean as a line of its own where the range is wide."""


@dataclass(frozen=True)
class Dots:
    """Single points, drawn in one colour; larger if there are few."""

    x: Any
    y: Any
    role: str = "curve"


@dataclass(frozen=True)
class Axes:
    """Axes and labels of a chart."""

    x: Window
    y: Window
    kind: AxisKind = AxisKind.INDEX
    x_label: str = ""
    y_label: str = ""
    y_kind: AxisKind = AxisKind.NUMBER
    is_log: bool = False
    names: tuple[tuple[float, str], ...] = ()
    zone: tzinfo | None = None


def chart_size(width: int, height: int) -> tuple[int, int]:
    """Return the width and height in dots that a chart of this size has for data."""
    place = _place(width, height)
    return place.width * ACROSS, place.height * DOWN


def series_of(curve: Curve) -> Series:
    """Convert a reduced curve to a series."""
    return Series(
        curve.least, curve.greatest, curve.mean, curve.filled, curve.missing, has_mean=True
    )


def reduce_line(x: Any, y: Any, window: Window, columns: int, role: str = "curve") -> Series:
    """Reduce points to the minimum and maximum of each dot column.

    No extreme value is lost, and a million points cost no more to draw than a hundred.
    """
    place = levels_of(x, *window) * columns
    place = np.where(place == columns, columns - 1, place)  # points on the right edge
    inside = (place >= 0) & (place < columns)
    at, y = place[inside].astype(np.int64), y[inside]
    good = np.isfinite(y)
    least, greatest = np.full(columns, np.inf), np.full(columns, -np.inf)
    np.fmin.at(least, at[good], y[good])
    np.fmax.at(greatest, at[good], y[good])
    empty = least > greatest
    least[empty] = greatest[empty] = np.nan
    filled, missing = (np.bincount(p, minlength=columns) > 0 for p in (at, at[~good]))
    return Series(least, greatest, least / 2 + greatest / 2, filled, missing, role)


def draw_chart(
    series: Sequence[Series | Dots],
    axes: Axes,
    width: int,
    height: int,
    styles: Styles,
    cursor: float | None = None,
) -> Frame:
    """Draw curves.

    Args:
        series: Each with as many columns as `chart_size` returns.
        axes: Ranges and labels of the axes.
        width: Width of the drawing, in characters.
        height: Height of the drawing, in characters.
        styles: Styles by role.
        cursor: Position of the vertical cursor, in units of x; None for none.
    """
    place = _place(width, height)
    if place.width < 4 or place.height < 1:
        return Frame([text_line("too small to draw", width, styled(styles, "label"))], place)
    if axes.is_log:
        axes = replace(axes, y=log_window(*axes.y))
    frame = Frame([], place, axes.x, axes.y)
    stroke, role = _stroke(series, axes, place)
    x_ticks, y_ticks = tuple(_x_ticks(axes, frame).items()), tuple(_y_ticks(axes, place).items())
    painted = paint((place.width, place.height), stroke, x_ticks, y_ticks)
    rows, axis, labels = [list(line) for line in painted[:-2]], list(painted[-2]), painted[-1]
    roles = [["text" if mark == " " else role for mark in row[GUTTER:]] for row in rows]
    if stroke is None:
        marks, roles = _dots(series, axes, place)
        for row, found in zip(rows, marks.tolist(), strict=True):
            row[GUTTER:] = found
    column = None
    if cursor is not None and axes.x[0] <= cursor <= axes.x[1]:
        column = frame.column_of(cursor) - place.left
    lines = [_title(axes, width, styles)]
    lines += [_row(*row, column, styles) for row in zip(rows, roles, strict=True)]
    lines.append(_axis_row(axis, series, styles))
    lines.append([Segment(labels, styled(styles, "label"))])
    if height >= place.height + 4:
        centred = clip(visible(axes.x_label), place.width).center(place.width)
        lines.append([Segment(" " * place.left + centred, styled(styles, "label"))])
    return Frame(lines, place, axes.x, axes.y)


def _place(width: int, height: int) -> Place:
    below = 4 if height >= 9 else 3
    return Place(GUTTER, 1, max(0, width - GUTTER - 1), max(0, height - below))


def _stroke(series: Sequence[Series | Dots], axes: Axes, place: Place) -> tuple[Stroke | None, str]:
    """Return what plotext draws, and its role: a single curve or group of points, not too dense."""
    if len(series) != 1:
        return None, ""
    (one,) = series
    levels, columns = place.height * DOWN, place.width * ACROSS
    if isinstance(one, Dots):
        x, y = _points(one, axes, levels, columns)
        count = float(len(x))
    else:
        x, y = _polyline(one, axes, levels)
        count = _length(one, y)
    if count > MOST_DOTS:
        return None, ""
    # The one math.nan: tuples compare it by identity.
    y = tuple(math.nan if each != each else each for each in y.tolist())
    return Stroke(tuple(x.tolist()), y, is_line=isinstance(one, Series)), one.role


def _length(one: Series, corners: Any) -> float:
    """Return the dots of a line; infinite for areas, and for curves with a mean of their own."""
    has_mean = one.has_mean and (one.least < one.greatest).sum() >= len(one.least) / 4
    if not one.is_line or has_mean:
        return math.inf
    return float(np.nansum(np.abs(np.diff(corners)))) + len(corners)


def _dots(series: Sequence[Series | Dots], axes: Axes, place: Place) -> tuple[Any, list[list[str]]]:
    """Return characters and their roles; each has the role of the last series in it."""
    levels, columns = place.height * DOWN, place.width * ACROSS
    dots = np.zeros((levels, columns), bool)
    owners = np.full((place.height, place.width), "text", dtype=object)
    for one in series:
        if isinstance(one, Dots):
            x, y = _points(one, axes, levels, columns)
            layer = np.zeros((levels, columns), bool)
            layer[levels - 1 - y, x] = True
            layers = [(layer, one.role)]
        else:
            layers = _bands(one, axes, levels)
        for layer, role in layers:
            dots |= layer
            owners[layer.reshape(place.height, DOWN, place.width, ACROSS).any(axis=(1, 3))] = role
    return characters(dots), owners.tolist()


def _points(one: Dots, axes: Axes, levels: int, columns: int) -> tuple[Any, Any]:
    """Return the dots of points: a square for each, if there are few."""
    across = np.floor(levels_of(one.x, *axes.x) * columns)
    across = np.where(across == columns, columns - 1, across)  # points on the right edge
    good = one.y > 0 if axes.is_log else np.isfinite(one.y)
    up = np.rint(_level(np.where(good, one.y, np.nan), axes, levels))
    with np.errstate(invalid="ignore"):
        inside = (across >= 0) & (across < columns) & (up >= 0) & (up < levels)
    width = 1 if len(one.x) > FEW else 2 if len(one.x) > VERY_FEW else 3
    steps = np.arange(width) - (width - 1) // 2
    x = (across[inside][:, None, None] + steps[:, None]) + 0 * steps
    y = (up[inside][:, None, None] + steps) + 0 * steps[:, None]
    place = np.unique((y * columns + x)[(x >= 0) & (x < columns) & (y >= 0) & (y < levels)])
    return (place % columns).astype(int), (place // columns).astype(int)


def _polyline(one: Series, axes: Axes, levels: int) -> tuple[Any, Any]:
    """Return the corners of a line from range to range; NaN where it is broken."""
    columns = np.flatnonzero(one.filled)
    low, high, mean = (
        np.rint(np.clip(_level(values[columns], axes, levels), -FAR, FAR))
        for values in (one.least, one.greatest, one.mean)
    )
    with np.errstate(invalid="ignore"):
        falls = np.diff(mean, prepend=mean[:1]) < 0
    corners = np.stack([np.where(falls, high, low), np.where(falls, low, high)], axis=1)
    once = low == high
    keep = np.stack([np.ones(len(once), bool), ~once], axis=1).ravel()
    return np.repeat(columns, 2)[keep], corners.ravel()[keep]


def _bands(one: Series, axes: Axes, levels: int) -> list[tuple[Any, str]]:
    """Return the dots of a dense curve: its range, and its mean if that is a line of its own."""
    low, high, mean = (_level(v, axes, levels) for v in (one.least, one.greatest, one.mean))
    with np.errstate(invalid="ignore"):
        spread = high - low
    thick = np.isfinite(spread) & (spread > 4)
    if one.is_line:
        low, high = joined(low, high, one.filled)
    wide = band(low, high, levels)
    if not one.is_line or not one.has_mean or thick.sum() < len(spread) / 4:
        return [(wide, one.role)]
    return [(wide, "range"), (band(*joined(mean, mean, one.filled), levels), one.role)]


def _level(values: Any, axes: Axes, levels: int) -> Any:
    return levels_of(values, *axes.y, is_log=axes.is_log) * (levels - 1)


def _title(axes: Axes, width: int, styles: Styles) -> list[Segment]:
    label = visible(axes.y_label) + ("  (logarithmic)" if axes.is_log else "")
    return [Segment(clip(" " + label, width), styled(styles, "label"))]


def _y_ticks(axes: Axes, place: Place) -> dict[int, str]:
    """Row from the bottom → label."""
    found: dict[int, str] = {}
    most = max(2, place.height // 3)
    for tick in axis_ticks(axes.y_kind, axes.y, most, axes.zone, is_log=axes.is_log):
        level = float(levels_of(tick.value, *axes.y, is_log=axes.is_log))
        if 0 <= level <= 1:
            found[round(level * (place.height - 1))] = clip_start(tick.label, GUTTER - 2)
    return found


def _x_ticks(axes: Axes, frame: Frame) -> dict[int, str]:
    """Column → label; without labels that would overlap, which plotext drops at random."""
    width = frame.place.width
    most = max(2, width // TICK_WIDTH)
    if axes.names:
        step = max(1, math.ceil(len(axes.names) / most))
        ticks = [Tick(value, visible(name)) for value, name in axes.names[::step]]
    else:
        ticks = axis_ticks(axes.kind, axes.x, most, axes.zone)
    found: dict[int, str] = {}
    free_from = 0
    for tick in ticks:
        label = clip(tick.label, TICK_WIDTH - 2)
        column = frame.column_of(tick.value)
        start = min(column - len(label) // 2, GUTTER + width - len(label))
        if start >= free_from:
            found[column - frame.place.left] = label
            free_from = start + len(label) + 1
    return found


def _row(
    marks: list[str], roles: Sequence[str], cursor: int | None, styles: Styles
) -> list[Segment]:
    known = {role: styled(styles, role) for role in set(roles)}
    looks = [known[role] for role in roles]
    head = Segment("".join(marks[: GUTTER - 1]), styled(styles, "label"))
    axis = Segment(marks[GUTTER - 1], styled(styles, "axis"))
    cells = marks[GUTTER:]
    if cursor is not None:
        cells[cursor] = "│" if cells[cursor] == " " else cells[cursor]
        looks[cursor] = styled(styles, "crosshair")
    return [head, axis, *runs(cells, looks)]


def _axis_row(marks: list[str], series: Sequence[Series | Dots], styles: Styles) -> list[Segment]:
    """Return the x axis; `×` marks values that are not finite."""
    looks: list[Style] = [styled(styles, "axis")] * len(marks)
    for one in series:
        if isinstance(one, Series):
            found = np.flatnonzero(one.missing.reshape(-1, ACROSS).any(axis=1)) + GUTTER
            for column in found.tolist():
                marks[column], looks[column] = "×", styled(styles, "gap")
    return runs(marks, looks)
