"""The readout of the cursor: positions by their coordinates, values with their units."""

from __future__ import annotations

import math
from datetime import tzinfo
from typing import Any

import numpy as np

from damnit_daemon.model.view import Axis, AxisKind, Colours, Curve, ReducedImage, ViewData
from damnit_daemon.text import count_of

from ..charts.frame import Window
from ..charts.ticks import format_value
from ..sanitize import visible
from .view_state import DisplayState

MOST_DIGITS = 1e12


def readout(data: ViewData, state: DisplayState, zone: tzinfo | None = None) -> str:
    """Describe the data under the cursor; without a cursor, the visible range."""
    content = data.content
    kind = AxisKind.TIME if data.about.is_time else AxisKind.NUMBER
    units = f" {data.about.units}" if data.about.units else ""

    def value(number: float) -> str:
        return visible(f"{format_value(number, kind, zone)}{units}")

    if isinstance(content, Curve):
        return _curve_readout(content, state, value, zone)
    if isinstance(content, ReducedImage):
        return _picture_readout(content, state, value, zone)
    if isinstance(content, Colours) and state.cursor is not None:
        row, column = (int(v) for v in state.cursor)
        y, x = cell_at(content.pixels.shape, content.y, content.x, state.cursor)
        return f"row {row}, column {column}: RGB {tuple(content.pixels[y, x].tolist())}"
    return ""


def _curve_readout(curve: Curve, state: DisplayState, value: Any, zone: tzinfo | None) -> str:
    name = visible(curve.axis.name) or "index"
    units = f" {curve.axis.units}" if curve.axis.units else ""
    if state.cursor is None:
        known, points = curve.range, count_of(curve.points, "point", spec=",")
        if known is None:
            return f"{points}, none finite"
        return f"{points} from {value(known[0])} to {value(known[1])}"
    low, high = curve.window
    x = state.cursor[1]
    if not low <= x <= high:
        return "the cursor is outside the visible range"
    columns = len(curve.mean)
    at = min(columns - 1, int((x - low) / (high - low) * columns))
    filled = np.flatnonzero(curve.filled)
    if not filled.size:
        return "no points here"
    nearest = int(filled[np.abs(filled - at).argmin()])
    place = _place_in_words(curve, nearest, zone)
    least, greatest, mean = (float(a[nearest]) for a in (curve.least, curve.greatest, curve.mean))
    if math.isnan(mean):
        return visible(f"{name} {place}{units}: not finite")
    if least == greatest:
        return visible(f"{name} {place}{units}: {value(mean)}")
    text = f"mean {value(mean)}, from {value(least)} to {value(greatest)}"
    return visible(f"{name} {place}{units}: {text}")


def _place_in_words(curve: Curve, column: int, zone: tzinfo | None) -> str:
    low, high = curve.window
    width = (high - low) / len(curve.mean)
    start = low + column * width
    if curve.axis.kind in (AxisKind.INDEX, AxisKind.TEXT):
        index = min(curve.axis.size - 1, math.ceil(start - 1e-9))
        named = dict(curve.names).get(float(index))
        return named if named is not None else str(index)
    if curve.first_at is not None and math.isfinite(curve.first_at[column]):
        return format_place(float(curve.first_at[column]), curve.axis.kind, width, zone)
    return format_place(start + width / 2, curve.axis.kind, width, zone)


def format_place(at: float, kind: AxisKind, width: float, zone: tzinfo | None) -> str:
    """Format a coordinate, with enough digits to distinguish it from one a width away."""
    digits = max(0, -math.floor(math.log10(width))) if width > 0 else 6
    if kind is AxisKind.TIME:
        return format_value(round(at, min(digits, 6)), AxisKind.TIME, zone)
    if at == int(at) and abs(at) < MOST_DIGITS:
        return str(int(at))
    if abs(at) > MOST_DIGITS or digits > 11:
        return f"{at:.12g}"
    return f"{at:.{digits + 1}f}"


def _picture_readout(
    picture: ReducedImage, state: DisplayState, value: Any, zone: tzinfo | None
) -> str:
    if state.cursor is None:
        if picture.extremes is None:
            return "no finite pixels"
        shown = state.held or picture.range
        text = f"from {value(picture.extremes[0])} to {value(picture.extremes[1])}"
        return text + (f"; colours {value(shown[0])} to {value(shown[1])}" if shown else "")
    inside = (
        picture.y[0] <= state.cursor[0] < picture.y[1]
        and picture.x[0] <= state.cursor[1] < picture.x[1]
    )
    if not inside:
        return "the cursor is outside the visible range"
    row, column = cell_at(picture.values.shape, picture.y, picture.x, state.cursor)
    number = float(picture.values[row, column])
    places = [
        _pixel(picture.y_axis, "row", picture.y_at, picture.y_names, row, state.cursor[0], zone),
        _pixel(
            picture.x_axis, "column", picture.x_at, picture.x_names, column, state.cursor[1], zone
        ),
    ]
    pixels = (picture.y[1] - picture.y[0]) * (picture.x[1] - picture.x[0])
    several = pixels > picture.values.size * 1.01 and not math.isnan(number)
    text = "not finite" if math.isnan(number) else value(number)
    return f"{', '.join(places)}: {state.how.value + ' ' if several else ''}{text}"


def _pixel(
    axis: Axis, word: str, at: Any, names: Any, cell: int, index: float, zone: tzinfo | None
) -> str:
    """Return the position of a pixel, by its coordinate where it has one."""
    name = visible(axis.name) or word
    if names and cell < len(names):
        return f"{name} {visible(names[cell][1])}"
    if len(at) > cell:
        units = f" {axis.units}" if axis.units else ""
        return visible(f"{name} {format_value(float(at[cell]), axis.kind, zone)}{units}")
    return f"{name} {int(index)}"


def cell_at(
    shape: tuple[int, ...], y: Window, x: Window, cursor: tuple[float, float]
) -> tuple[int, int]:
    """Return the index of the reduced value that holds a row and column of the data."""
    found = []
    for position, window, count in zip((cursor[0], cursor[1]), (y, x), shape[:2], strict=True):
        extent = window[1] - window[0]
        share = (position - window[0]) / extent if extent else 0
        found.append(min(count - 1, max(0, int(share * count))))
    return found[0], found[1]
