"""Render loaded data in a display state; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any

import numpy as np
from rich.segment import Segment

from damnit_daemon.model.view import (
    AxisKind,
    Colours,
    Curve,
    Figure,
    How,
    NotDrawable,
    ReducedImage,
    TextContent,
    ViewData,
)
from damnit_daemon.text import count_of

from ..charts.colourmaps import MAPS
from ..charts.frame import Frame, Place, Styles, styled, text_line
from ..charts.line_chart import Axes, Series, chart_size, draw_chart, series_of
from ..charts.scale import natural_range
from ..sanitize import visible
from ..terminal.graphics.protocol_choice import Graphics
from .image import ColourScale, Fine, axis_label, draw_colours, draw_image, image_room, resized
from .plotly import Redrawn, draw_series
from .readout import cell_at
from .view_state import DisplayState

PROFILE_LINES = 8
MINIMUM_FOR_PROFILES = 20
MOST_ACROSS = 2048
"""Maximum rows and columns that are read for pixels."""
MOST_COPIED = (120, 240)
"""Rows and columns of an image as text."""


@dataclass(frozen=True)
class RenderTarget:
    """Target of a drawing: its size, styles and graphics."""

    width: int
    height: int
    styles: Styles
    graphics: Graphics = Graphics.BLOCKS
    zone: tzinfo | None = None
    fine: Fine | None = None
    """Pixel settings for images; None without terminal graphics."""


def room_for(
    state: DisplayState, width: int, height: int, fine: Fine | None = None
) -> tuple[int, int, tuple[int, int] | None]:
    """Return the columns and rows to read for a drawing of this size, and the pixels for an image.

    Enough for both a curve and an image: which it will be is not known yet.
    """
    columns, _ = chart_size(width, height)
    rows, across = image_room(width, _image_height(state, height))
    pixels = None
    if fine is not None:
        pixels = (
            min(MOST_ACROSS, max(1, rows // 2 * fine.cell[1])),
            min(MOST_ACROSS, max(1, across * fine.cell[0])),
        )
    return max(columns, across, 1), max(rows, 1), pixels


def draw_data(
    data: ViewData, state: DisplayState, target: RenderTarget, redrawn: Redrawn | None = None
) -> Frame | None:
    """Draw anything but text, which has a view of its own.

    Args:
        data: The loaded data.
        state: Its display state.
        target: The target of the drawing.
        redrawn: A Plotly figure, parsed.

    Returns:
        The drawing; None for text, and for data that cannot be drawn.
    """
    content = data.content
    if isinstance(content, Curve):
        return _draw_curve(content, data, state, target)
    if isinstance(content, ReducedImage):
        return _draw_picture(content, state, target)
    if isinstance(content, Colours):
        in_colour = target.graphics is not Graphics.SHADES
        size = target.width, target.height
        return draw_colours(content, *size, in_colour=in_colour, fine=target.fine)
    if isinstance(content, Figure) and redrawn is not None:
        return _draw_figure(redrawn, state, target)
    return None


def headline(data: ViewData, state: DisplayState, redrawn: Redrawn | None = None) -> str:
    """Describe the data and its display in one line."""
    about, content = data.about, data.content
    parts = ["preview" if about.is_preview else ""]
    if about.members:
        place = [name for name, _ in about.members].index(about.member) + 1
        parts.append(f"{visible(about.member)} ({place} of {len(about.members)}, v to choose)")
    parts.append(visible(about.words))
    if about.cut:
        stepped = state.stepped % len(about.cut)
        parts += [f"{'▸' if i == stepped else ''}{visible(c)}" for i, c in enumerate(about.cut)]
    if about.is_complex and about.kind != "scalar":
        parts.append(state.part.value)
    if isinstance(content, ReducedImage):
        parts.append(f"{MAPS[state.map_number].name}" + (", logarithmic" if state.is_log else ""))
        if state.how is not How.MEAN:
            parts.append(f"binning: {state.how.value}")
    parts += [_missing(content), *about.notes]
    if redrawn is not None:
        parts.append(redrawn.words)
    if isinstance(content, TextContent):
        parts.append(content.note)
    if data.read < 1:
        parts.append(f"reading {data.read:.0%}" if data.read else "coarse view; reading…")
    return " · ".join(filter(None, parts))


def problem_lines(content: Any) -> str:
    """Return why there is nothing to show; empty if there is."""
    return content.reason if isinstance(content, NotDrawable) else ""


def as_text(data: ViewData, how: How = How.MEAN) -> str:
    """Return the visible data as text to copy."""
    content = data.content
    if isinstance(content, TextContent):
        return "\n".join(content.lines)
    if isinstance(content, Curve):
        x = np.linspace(*content.window, len(content.mean), endpoint=False)
        rows = zip(x, content.least, content.greatest, content.mean, strict=True)
        body = [f"{a:.10g}\t{b:.10g}\t{c:.10g}\t{d:.10g}" for a, b, c, d in rows if d == d]
        return "\n".join(["x\tleast\tgreatest\tmean", *body])
    if isinstance(content, ReducedImage):
        # No more than fits in characters: the full data can be saved.
        size = [min(n, most) for n, most in zip(content.values.shape, MOST_COPIED, strict=True)]
        values = resized(content.values, (size[0], size[1]), how)
        return "\n".join("\t".join(f"{v:.6g}" for v in row) for row in values)
    return data.about.words


def _draw_curve(curve: Curve, data: ViewData, state: DisplayState, target: RenderTarget) -> Frame:
    about = data.about
    y = natural_range([state.held or curve.range], is_log=state.is_log, margin=0.03)
    units = f" [{about.units}]" if about.units else ""
    axes = Axes(
        curve.window, y, curve.axis.kind, axis_label(curve.axis) or "index",
        visible(f"{about.name}{units}".strip()),
        AxisKind.TIME if about.is_time else AxisKind.NUMBER,
        state.is_log and not about.is_time, curve.names, target.zone,
    )  # fmt: skip
    cursor = state.cursor[1] if state.cursor else None
    series = _fitting(series_of(curve), chart_size(target.width, target.height)[0])
    return draw_chart([series], axes, target.width, target.height, target.styles, cursor)


def _fitting(series: Series, columns: int) -> Series:
    """Adapt to the columns on the screen: its size may have changed since."""
    count = len(series.mean)
    if count == columns:
        return series
    index = np.arange(columns) * count // columns
    if count < columns:
        return _part(series, index)
    # No extreme value is lost.
    return replace(
        series,
        least=np.fmin.reduceat(series.least, index),
        greatest=np.fmax.reduceat(series.greatest, index),
        mean=series.mean[index],
        filled=np.logical_or.reduceat(series.filled, index),
        missing=np.logical_or.reduceat(series.missing, index),
    )


def _part(series: Series, index: Any) -> Series:
    names = ("least", "greatest", "mean", "filled", "missing")
    return replace(series, **{name: getattr(series, name)[index] for name in names})


def _draw_picture(picture: ReducedImage, state: DisplayState, target: RenderTarget) -> Frame:
    height = _image_height(state, target.height)
    scale = _colour_scale(picture, state, target)
    frame = draw_image(picture, scale, target.width, height, target.styles, state.cursor)
    if height == target.height:
        return frame
    cursor = state.cursor or (sum(picture.y) / 2, sum(picture.x) / 2)
    lines = [*frame.lines]
    lines += [[] for _ in range(height - len(lines))]
    lines += _profiles(picture, scale, cursor, target)
    return replace(frame, lines=lines)


def _colour_scale(picture: ReducedImage, state: DisplayState, target: RenderTarget) -> ColourScale:
    found = state.held or picture.range or picture.extremes or (0.0, 1.0)
    in_colour = target.graphics is not Graphics.SHADES
    chosen = MAPS[state.map_number]
    return ColourScale(chosen, found, state.is_log, in_colour, state.how, target.zone, target.fine)


def _profiles(
    picture: ReducedImage, scale: ColourScale, cursor: tuple[float, float], target: RenderTarget
) -> list[list[Segment]]:
    """Draw the row and the column of the cursor as curves, side by side."""
    row, column = cell_at(picture.values.shape, picture.y, picture.x, cursor)
    left = target.width // 2
    parts = (
        (picture.values[row], picture.x, f"row {int(cursor[0])}", left),
        (picture.values[:, column], picture.y, f"column {int(cursor[1])}", target.width - left),
    )
    drawn = []
    for values, window, title, width in parts:
        dots, _ = chart_size(width, PROFILE_LINES)
        bad, filled = ~np.isfinite(values), np.ones(len(values), bool)
        series = Series(values, values, values, filled, bad)
        series = _fitting(series, dots) if dots else _part(series, np.arange(0))
        good = values[~bad]
        found = (float(good.min()), float(good.max())) if good.size else None
        y = natural_range([found], is_log=scale.is_log, margin=0.05)
        axes = Axes(window, y, y_label=title, is_log=scale.is_log)
        lines = draw_chart([series], axes, width, PROFILE_LINES, target.styles).lines
        drawn.append([_padded(line, width) for line in lines])
    return [a + b for a, b in zip(*drawn, strict=False)]


def _padded(line: list[Segment], width: int) -> list[Segment]:
    used = sum(segment.cell_length for segment in line)
    return [*line, Segment(" " * (width - used))] if used < width else line


def _image_height(state: DisplayState, height: int) -> int:
    shows = state.profiles and height >= MINIMUM_FOR_PROFILES
    return height - PROFILE_LINES if shows else height


def _draw_figure(redrawn: Redrawn, state: DisplayState, target: RenderTarget) -> Frame:
    if redrawn.picture is not None:
        return _draw_picture(redrawn.picture, replace(state, held=None), target)
    if not redrawn.traces:
        text = "None of the traces can be drawn in a terminal."
        line = text_line(text, target.width, styled(target.styles, "label"))
        return Frame([line], Place(0, 0, 0, 0))
    legend = [
        Segment(f" {visible(t.name or f'trace {i}')} ", styled(target.styles, f"series{i % 6}"))
        for i, t in enumerate(redrawn.traces)
    ]
    has_legend = len(redrawn.traces) > 1
    height = target.height - has_legend
    series, axes = draw_series(redrawn, chart_size(target.width, height)[0], state.x)
    axes = replace(axes, zone=target.zone, is_log=axes.is_log != state.is_log)
    frame = draw_chart(series, axes, target.width, height, target.styles)
    return replace(frame, lines=[*frame.lines, legend]) if has_legend else frame


def _missing(content: Any) -> str:
    if isinstance(content, Curve) and content.not_finite:
        points = count_of(content.points, "point", spec=",")
        return f"{content.not_finite:,} of {points} NaN or infinite (×)"
    if isinstance(content, ReducedImage) and content.missing:
        if content.extremes is None:
            return "no finite pixels"
        return f"{count_of(content.missing, 'pixel', spec=',')} NaN or infinite"
    return ""
