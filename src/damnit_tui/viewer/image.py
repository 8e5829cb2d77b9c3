"""Images in characters: half blocks in colour, or shades where there are no colours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from damnit_daemon.model.view import Axis, AxisKind, Colours, How, ReducedImage

from ..charts.colourmaps import RGB, ColourMap, shades
from ..charts.frame import GUTTER, Frame, Place, Styles, Window, styled, text_line
from ..charts.scale import levels_of
from ..charts.ticks import Tick, axis_ticks
from ..sanitize import clip, clip_start, pad, visible
from ..terminal.graphics.placeholders import COLUMNS as MOST_COLUMNS
from ..terminal.graphics.placeholders import ROWS as MOST_ROWS
from ..terminal.graphics.placeholders import row_of_pieces
from ..terminal.graphics.raster import Raster, raster_size

BAR = 13
"""Columns of the colour bar, including its labels."""
MOST_STRETCHED = 4.0
"""Up to this aspect ratio an image keeps its shape; beyond, it fills the available area."""


@dataclass(frozen=True)
class ColourScale:
    """Mapping of numbers to colours."""

    colour_map: ColourMap
    range: Window
    is_log: bool = False
    in_colour: bool = True
    how: How = How.MEAN
    """Reduction of values that share a pixel."""
    zone: tzinfo | None = None
    fine: Fine | None = None
    """Pixel settings for terminal graphics; None to draw with characters."""


@dataclass(frozen=True)
class Fine:
    """Settings for images drawn in pixels."""

    cell: tuple[int, int]
    """Width and height of a character in pixels."""
    slot: int
    """Placement slot of the image."""


def image_room(width: int, height: int, *, bar: bool = True) -> tuple[int, int]:
    """Return the rows and columns of pixels that fit in a drawing, two pixels per line."""
    rows, columns = max(2, 2 * (height - 2)), max(1, width - GUTTER - (BAR if bar else 1))
    return min(rows, 2 * MOST_ROWS), min(columns, MOST_COLUMNS)


def fitted(
    rows: float, columns: float, room: tuple[int, int], *, most: float = MOST_STRETCHED
) -> tuple[int, int]:
    """Return the rows and columns of pixels on the screen for an area of data.

    The aspect ratio is kept, unless one side is several times the other.
    """
    most_rows, most_columns = room
    ratio = max(rows, 1) / max(columns, 1)
    if not 1 / most <= ratio <= most:
        return most_rows, most_columns
    scale = min(most_rows / max(rows, 1), most_columns / max(columns, 1))
    even = max(2, 2 * round(rows * scale / 2))
    return min(most_rows, even), min(most_columns, max(1, round(columns * scale)))


def draw_image(
    picture: ReducedImage,
    scale: ColourScale,
    width: int,
    height: int,
    styles: Styles,
    cursor: tuple[float, float] | None = None,
) -> Frame:
    """Draw an image with its axes and colour bar.

    Args:
        picture: The image data.
        scale: Its colour scale.
        width: Width of the drawing, in characters.
        height: Height of the drawing, in characters.
        styles: Styles by role.
        cursor: Row and column of the marked value; None for none.
    """
    room = image_room(width, height)
    rows, columns = picture.y[1] - picture.y[0], picture.x[1] - picture.x[0]
    size = fitted(rows * _squareness(scale.fine), columns, room)
    place = Place(GUTTER, 0, size[1], size[0] // 2)
    if height < 3 or width < GUTTER + BAR + 4:
        return Frame([text_line("too small to draw", width, styled(styles, "label"))], place)
    y = (picture.y[1], picture.y[0]) if picture.is_upward else picture.y
    frame = Frame([], place, picture.x, y)
    values = picture.values[::-1] if picture.is_upward else picture.values
    raster = None
    if scale.fine is not None:
        across, down = raster_size(place.width, place.height, scale.fine.cell)
        levels = levels_of(
            resized(values, (down, across), scale.how), *scale.range, is_log=scale.is_log
        )
        indices, palette = scale.colour_map.indexed(levels)
        raster = Raster(indices, across, down, palette, place.width, place.height)
        body = _pieces(scale.fine.slot, place)
    else:
        levels = levels_of(resized(values, size, scale.how), *scale.range, is_log=scale.is_log)
        body = _body(levels, scale)
    if cursor is not None:
        _mark(body, frame, cursor, styles)
    labels = _y_labels(picture, frame, scale.zone)
    bar = colour_bar(scale, place.height, styles)
    lines = []
    for row, pixels in enumerate(body):
        label = pad(labels.get(row, ""), GUTTER - 2, right=True) + " "
        head = [
            Segment(label, styled(styles, "label")),
            Segment("┤" if row in labels else "│", styled(styles, "axis")),
        ]
        lines.append([*head, *pixels, *bar[row]])
    lines += _bottom(picture, frame, styles, width, scale.zone)
    return Frame(lines, place, picture.x, y, raster)


def draw_colours(
    colours: Colours, width: int, height: int, *, in_colour: bool, fine: Fine | None = None
) -> Frame:
    """Draw a colour image."""
    room = min(2 * height, 2 * MOST_ROWS), min(width, MOST_COLUMNS)
    rows = (colours.y[1] - colours.y[0]) * _squareness(fine)
    size = fitted(rows, colours.x[1] - colours.x[0], room, most=16)
    place = Place(0, 0, size[1], size[0] // 2)
    if fine is not None:
        across, down = raster_size(place.width, place.height, fine.cell)
        pixels = _resized_colours(colours, (down, across))
        raster = Raster(pixels.tobytes(), across, down, b"", place.width, place.height)
        return Frame(_pieces(fine.slot, place), place, colours.x, colours.y, raster)
    pixels = _resized_colours(colours, size)
    if in_colour:
        lines = half_blocks(pixels)
    else:
        grey = pixels.astype(float) @ np.array([0.299, 0.587, 0.114]) / 255
        lines = _shaded(grey)
    return Frame(lines, place, colours.x, colours.y)


def _squareness(fine: Fine | None) -> float:
    """Return width over height of half a character; in pixel mode the shape is exact to a pixel."""
    return 2 * fine.cell[0] / fine.cell[1] if fine is not None else 1.0


def _resized_colours(colours: Colours, size: tuple[int, int]) -> Any:
    channels = [resized(colours.pixels[..., c].astype(float), size) for c in range(3)]
    return np.rint(np.stack(channels, axis=2)).astype(np.uint8)


def _pieces(slot: int, place: Place) -> list[list[Segment]]:
    return [[Segment(row_of_pieces(slot, row, place.width))] for row in range(place.height)]


def colour_bar(scale: ColourScale, height: int, styles: Styles) -> list[list[Segment]]:
    """Return the colour bar, greatest value on top, with labels."""
    steps = (np.arange(2 * height)[::-1] + 0.5) / (2 * height)
    body = _body(np.repeat(steps[:, None], 2, axis=1), scale)
    low, high = scale.range
    ticks = axis_ticks(AxisKind.NUMBER, scale.range, max(2, height // 3), is_log=scale.is_log)
    labels = {
        min(height - 1, max(0, round((1 - share) * height - 0.5))): tick.label
        for tick in ticks
        if 0 <= (share := float(levels_of(tick.value, low, high, is_log=scale.is_log))) <= 1
    }
    style = styled(styles, "label")
    return [
        [Segment(" ", style), *body[row], Segment(" " + clip(labels.get(row, ""), BAR - 4), style)]
        for row in range(height)
    ]


def half_blocks(pixels: Any) -> list[list[Segment]]:
    """Convert colours to lines of characters, each holding two pixels, one above the other.

    Args:
        pixels: uint8, (an even number of rows, columns, 3).
    """
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    pairs = (packed[0::2].astype(np.uint64) << np.uint64(24)) | packed[1::2]
    lines = []
    for row in pairs:
        breaks = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row)]
        lines.append(
            [
                Segment("▀" * (end - start), _pair_style(int(row[start])))
                for start, end in pairwise(breaks)
            ]
        )
    return lines


@lru_cache(maxsize=1 << 14)
def _pair_style(pair: int) -> Style:
    upper, lower = pair >> 24, pair & 0xFFFFFF
    return Style(color=_colour(upper), bgcolor=_colour(lower))


def _colour(packed: int) -> Color:
    return Color.from_rgb(packed >> 16, packed >> 8 & 255, packed & 255)


def _body(levels: Any, scale: ColourScale) -> list[list[Segment]]:
    if scale.in_colour:
        return half_blocks(scale.colour_map.colours(levels))
    return _shaded(levels)


def _shaded(levels: Any) -> list[list[Segment]]:
    """Merge pairs of pixels into one shade; a pair with both values missing is marked."""
    levels = np.clip(levels, 0, 1)
    upper, lower = levels[0::2], levels[1::2]
    middle = np.where(np.isnan(upper), lower, np.where(np.isnan(lower), upper, (upper + lower) / 2))
    return [[Segment("".join(row))] for row in shades(middle).tolist()]


def resized(values: Any, size: tuple[int, int], how: How = How.MEAN) -> Any:
    """Repeat or reduce values to fit a size; a bright pixel is not lost.

    Args:
        values: Float, (rows, columns); NaN is ignored.
        size: Target rows and columns.
        how: The reduction.
    """
    for axis, pixels in enumerate(size):
        values = _resized_along(values, pixels, axis, how)
    return values


def _resized_along(values: Any, pixels: int, axis: int, how: How) -> Any:
    count = values.shape[axis]
    if count <= pixels:
        return values.take(np.arange(pixels) * count // pixels, axis)
    starts = np.arange(pixels) * count // pixels
    if how is not How.MEAN:
        return (np.fmax if how is How.MAX else np.fmin).reduceat(values, starts, axis)
    good = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        sums = np.add.reduceat(np.where(good, values, 0), starts, axis)
        return sums / np.add.reduceat(good, starts, axis, dtype=float)


def _mark(
    body: list[list[Segment]], frame: Frame, cursor: tuple[float, float], styles: Styles
) -> None:
    row, column = line_of(frame, cursor[0]), frame.column_of(cursor[1] + 0.5) - frame.place.left
    cells = [Segment(c, s.style) for s in body[row] for c in s.text]
    under = cells[column].style or Style.null()
    cells[column] = Segment("┼", styled(styles, "crosshair") + Style(bgcolor=under.bgcolor))
    body[row] = cells


def line_of(frame: Frame, row: float) -> int:
    """Return the body line of a data row."""
    extent = frame.y[1] - frame.y[0]
    share = (row + 0.5 - frame.y[0]) / extent if extent else 0.0
    return min(frame.place.height - 1, max(0, int(share * frame.place.height)))


def _labelled(axis: Axis, at: Any, window: Window, most: int, zone: tzinfo | None) -> list[Tick]:
    """Return ticks of an image's axis, placed by row or column of the data."""
    inside = (window[0], max(window[0], window[1] - 1))
    if len(at) < 2 or not np.isfinite(at).all():
        return axis_ticks(AxisKind.INDEX, inside, most, zone)
    steps = np.diff(at)
    positions = np.linspace(inside[0], inside[1], len(at))
    if not ((steps > 0).all() or (steps < 0).all()):
        return axis_ticks(AxisKind.INDEX, inside, most, zone)
    if steps[0] < 0:
        at, positions = at[::-1], positions[::-1]
    found = axis_ticks(axis.kind, (float(at[0]), float(at[-1])), most, zone)
    return [Tick(float(np.interp(t.value, at, positions)), t.label) for t in found]


def _y_labels(picture: ReducedImage, frame: Frame, zone: tzinfo | None) -> dict[int, str]:
    if picture.y_names:
        found = [Tick(place, visible(name)) for place, name in picture.y_names]
    else:
        most = max(2, frame.place.height // 3)
        found = _labelled(picture.y_axis, picture.y_at, picture.y, most, zone)
    # Large numbers, such as train IDs, differ in their last digits.
    cut = clip if picture.y_names else clip_start
    return {line_of(frame, tick.value): cut(tick.label, GUTTER - 2) for tick in found}


def _bottom(
    picture: ReducedImage, frame: Frame, styles: Styles, width: int, zone: tzinfo | None
) -> list[list[Segment]]:
    place = frame.place
    if picture.x_names:
        found = [Tick(at, visible(name)) for at, name in picture.x_names]
    else:
        found = _labelled(picture.x_axis, picture.x_at, picture.x, max(2, place.width // 12), zone)
    axis, labels = ["─"] * place.width, [" "] * width
    free_from = 0
    for tick in found:
        column = frame.column_of(tick.value + 0.5)
        label = clip(tick.label, 10)
        start = min(max(0, column - len(label) // 2), width - len(label))
        if start < free_from:
            continue
        axis[column - place.left] = "┴"
        labels[start : start + len(label)] = label
        free_from = start + len(label) + 1
    room = width - GUTTER - place.width
    text = " ".join(
        filter(None, (axis_label(picture.y_axis, "↕"), axis_label(picture.x_axis, "↔")))
    )
    return [
        [
            Segment(" " * (GUTTER - 1) + "└" + "".join(axis), styled(styles, "axis")),
            Segment(f" {text}" if len(text) < room else "", styled(styles, "label")),
        ],
        [Segment("".join(labels), styled(styles, "label"))],
    ]


def axis_label(axis: Axis, direction: str = "") -> str:
    """Return the label of an axis with its units; empty for a plain index."""
    if not axis.name:
        return ""
    units = f" [{axis.units}]" if axis.units else ""
    return visible(f"{direction} {axis.name}{units}".strip())


def half_blocks_of(pixels: tuple[tuple[tuple[RGB, RGB], ...], ...]) -> list[list[Segment]]:
    """Convert an image that is already a table of colours."""
    return [
        [
            Segment("▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower)))
            for upper, lower in line
        ]
        for line in pixels
    ]
