"""Curves on a braille canvas, with axes."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import numpy as np
from rich.segment import Segment
from rich.style import Style

from damnit_daemon.model.view import AxisKind, Curve

from ..sanitize import clip, clip_start, pad, visible
from .braille import ACROSS, DOWN, band, characters, joined
from .colourmaps import levels_of, log_window
from .frame import GUTTER, Frame, Place, Styles, Window, runs, styled, text_line
from .ticks import Tick, axis_ticks

FEW = 400
"""Up to this many points are drawn larger, to be visible."""
VERY_FEW = 100
"""Up to this many points are drawn larger still."""
TICK_WIDTH = 12
"""Columns per label on the x axis."""


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


@dataclass(frozen=True)
class Dots:
    """Single points, drawn in one colour."""

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


def series_of(curve: Curve, role: str = "curve") -> Series:
    """Convert a reduced curve to a series."""
    return Series(curve.least, curve.greatest, curve.mean, curve.filled, curve.missing, role=role)


def enlarged(
    x: Any, y: Any, role: str, shown: tuple[Window, Window], size: tuple[int, int], *, log_y: bool
) -> Dots:
    """Return points, enlarged if there are few.

    Args:
        x: Their x.
        y: Their y.
        role: Their colour.
        shown: Ranges of x and of y (logarithms on a logarithmic axis).
        size: Width and height in dots.
        log_y: Whether y is logarithmic.
    """
    if len(x) > FEW:
        return Dots(x, y, role)
    (left, right), (bottom, top) = shown
    across, up = (right - left) / max(1, size[0]), (top - bottom) / max(1, size[1] - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        levels = np.log10(np.where(y > 0, y, np.nan)) if log_y else y
    width = 3 if len(x) <= VERY_FEW else 2
    steps = [(i - (width - 1) / 2, j - (width - 1) / 2) for i in range(width) for j in range(width)]
    with np.errstate(over="ignore"):
        wide_x = np.concatenate([x + i * across for i, _ in steps])
        wide_y = np.concatenate([levels + j * up for _, j in steps])
    if log_y:
        with np.errstate(over="ignore"):
            wide_y = 10.0**wide_y
    return Dots(wide_x, wide_y, role)


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
        low, high = log_window(*axes.y)
        axes = Axes(**{**axes.__dict__, "y": (low, high)})
    marks, roles = _canvas(series, axes, place)
    frame = Frame([], place, axes.x, axes.y)
    column = frame.column_of(cursor) - place.left if cursor is not None else None
    if column is not None and cursor is not None and not axes.x[0] <= cursor <= axes.x[1]:
        column = None
    lines = [_title(axes, width, styles)]
    labels = _y_labels(axes, place.height)
    lines += [
        _row(marks[row], roles[row], labels.get(row, ""), column, styles)
        for row in range(place.height)
    ]
    x_ticks = _x_ticks(axes, place.width)
    lines.append(_bottom(series, x_ticks, frame, styles))
    lines.append(_x_labels(x_ticks, frame, styles, width))
    if height >= place.height + 4:
        centred = clip(visible(axes.x_label), place.width).center(place.width)
        lines.append([Segment(" " * place.left + centred, styled(styles, "label"))])
    return Frame(lines, place, axes.x, axes.y)


def _place(width: int, height: int) -> Place:
    below = 4 if height >= 9 else 3
    return Place(GUTTER, 1, max(0, width - GUTTER - 1), max(0, height - below))


def _canvas(
    series: Sequence[Series | Dots], axes: Axes, place: Place
) -> tuple[Any, list[list[str]]]:
    levels, columns = place.height * DOWN, place.width * ACROSS
    dots = np.zeros((levels, columns), bool)
    owners = np.full((place.height, place.width), -1, dtype=int)
    roles = []
    for one in series:
        wide, thin = _layers(one, axes, levels, columns)
        for layer, role in ((wide, one.role if thin is None else "range"), (thin, one.role)):
            if layer is None:
                continue
            roles.append(role)
            dots |= layer
            touched = layer.reshape(place.height, DOWN, place.width, ACROSS).any(axis=(1, 3))
            owners[touched] = len(roles) - 1
    named = np.array([*roles, "text"], dtype=object)[owners].tolist()
    return characters(dots), named


def _layers(one: Series | Dots, axes: Axes, levels: int, columns: int) -> tuple[Any, Any]:
    """Return the dots of a curve: its range, and its mean if that is a line of its own."""

    def level(values: Any) -> Any:
        return levels_of(values, *axes.y, is_log=axes.is_log) * (levels - 1)

    if isinstance(one, Dots):
        across = levels_of(one.x, *axes.x) * columns
        return _scattered(np.floor(across), np.rint(level(one.y)), levels, columns), None
    low, high, mean = level(one.least), level(one.greatest), level(one.mean)
    with np.errstate(invalid="ignore"):
        spread = high - low
    thick = np.isfinite(spread) & (spread > 4)
    if one.is_line:
        low, high = joined(low, high, one.filled)
    wide = band(low, high, levels)
    if not one.is_line or one.role != "curve" or thick.sum() < len(spread) / 4:
        return wide, None
    return wide, band(*joined(mean, mean, one.filled), levels)


def _scattered(across: Any, up: Any, levels: int, columns: int) -> Any:
    layer = np.zeros((levels, columns), bool)
    across = np.where(across == columns, columns - 1, across)  # points on the right edge
    with np.errstate(invalid="ignore"):
        inside = (across >= 0) & (across < columns) & (up >= 0) & (up < levels)
    layer[levels - 1 - up[inside].astype(int), across[inside].astype(int)] = True
    return layer


def _title(axes: Axes, width: int, styles: Styles) -> list[Segment]:
    label = visible(axes.y_label) + ("  (logarithmic)" if axes.is_log else "")
    return [Segment(clip(" " + label, width), styled(styles, "label"))]


def _y_labels(axes: Axes, height: int) -> dict[int, str]:
    """Line → label, from the top."""
    found: dict[int, str] = {}
    most = max(2, height // 3)
    for tick in axis_ticks(axes.y_kind, axes.y, most, axes.zone, is_log=axes.is_log):
        level = float(levels_of(tick.value, *axes.y, is_log=axes.is_log))
        if 0 <= level <= 1:
            found[height - 1 - round(level * (height - 1))] = tick.label
    return found


def _row(
    marks: Any, roles: list[str], label: str, cursor: int | None, styles: Styles
) -> list[Segment]:
    cells = marks.tolist()
    looks = [styled(styles, role) for role in roles]
    if cursor is not None:
        cells[cursor] = "│" if cells[cursor] == " " else cells[cursor]
        looks[cursor] = styled(styles, "cursor")
    axis = "┤" if label else "│"
    head = Segment(
        pad(clip_start(label, GUTTER - 2), GUTTER - 2, right=True) + " ", styled(styles, "label")
    )
    return [head, Segment(axis, styled(styles, "axis")), *runs(cells, looks)]


def _x_ticks(axes: Axes, width: int) -> list[Tick]:
    most = max(2, width // TICK_WIDTH)
    if axes.names:
        step = max(1, math.ceil(len(axes.names) / most))
        return [Tick(value, visible(name)) for value, name in axes.names[::step]]
    return axis_ticks(axes.kind, axes.x, most, axes.zone)


def _bottom(
    series: Sequence[Series | Dots], ticks: Sequence[Tick], frame: Frame, styles: Styles
) -> list[Segment]:
    """Draw the x axis; `×` marks values that are not finite."""
    width = frame.place.width
    cells = ["─"] * width
    axis, missing = styled(styles, "axis"), styled(styles, "missing")
    looks: list[Style] = [axis] * width
    for tick in ticks:
        cells[frame.column_of(tick.value) - frame.place.left] = "┴"
    for one in series:
        if isinstance(one, Dots):
            continue
        found = np.flatnonzero(one.missing.reshape(width, ACROSS).any(axis=1))
        for column in found.tolist():
            cells[column], looks[column] = "×", missing
    return [Segment(" " * (GUTTER - 1) + "└", axis), *runs(cells, looks)]


def _x_labels(ticks: Sequence[Tick], frame: Frame, styles: Styles, width: int) -> list[Segment]:
    line = [" "] * width
    free_from = 0
    for tick in ticks:
        label = clip(tick.label, TICK_WIDTH - 2)
        start = min(max(0, frame.column_of(tick.value) - len(label) // 2), width - len(label))
        if start < free_from:
            continue
        line[start : start + len(label)] = label
        free_from = start + len(label) + 1
    return [Segment("".join(line), styled(styles, "label"))]
