"""Cell previews of blobs: curves, images, complex numbers, the shape of arrays.

Called in a worker: numpy and Pillow are imported when the first blob needs them.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from damnit_daemon.errors import ExtraMissing
from damnit_daemon.model import BlobKind
from damnit_daemon.model.sanitize import format_number
from damnit_daemon.text import count_of

from ..sanitize import visible
from .cell_render import BlobPreview, image_text
from .cells import IMAGE, RGB
from .half_blocks import Thumbnail, draw_thumbnail, png_size
from .layout import PICTURE_WIDTH
from .sparkline import sparkline

LARGE_WIDTH, LARGE_HEIGHT = 60, 10
"""Columns and lines of a picture in a dialog; fits an 80 by 24 terminal."""
MOST_POINTS = 2000
"""Longer curves are downsampled: a cell is only twenty dots wide."""


def draw_picture(kind: BlobKind, decoded: Any, height: int = 1) -> BlobPreview:
    """Draw a decoded blob for its cell.

    Args:
        kind: The kind of blob.
        decoded: PNG bytes, a complex number, or an array; None if it was not readable.
        height: Lines per row.
    """
    return _drawn(kind, decoded, height)._replace(height=height)


def _drawn(kind: BlobKind, decoded: Any, height: int) -> BlobPreview:
    if kind is BlobKind.PNG:
        return _image(decoded, height)
    if decoded is None or isinstance(decoded, bytes):
        return BlobPreview("unreadable", "faint")
    if kind is BlobKind.COMPLEX:
        return BlobPreview(format_complex(decoded))
    shape = tuple(decoded.shape)
    if kind is BlobKind.TRENDLINE and len(shape) == 2 and shape[0] == 2 and shape[1] >= 2:
        x, y = curve(decoded)
        first, *more = sparkline(x, y, PICTURE_WIDTH, height)
        return BlobPreview(first, "trend", is_curve=True, more=tuple(more))
    return BlobPreview(visible(f"{decoded.dtype}: {shape}"))


def format_complex(value: complex) -> str:
    """Format a complex number, each part formatted as a real number: `1.2500 - 3j`."""
    sign = "-" if value.imag < 0 or str(value.imag).startswith("-") else "+"
    real, imaginary = (
        format_number(part if isinstance(part, int) else float(part))
        for part in (value.real, abs(value.imag))
    )
    return f"{real} {sign} {imaginary}j"


class LargePicture(NamedTuple):
    """A blob drawn over several lines."""

    shape: str
    """Description of the content."""
    lines: tuple[str, ...] = ()
    """A curve, in braille."""
    pixels: tuple[tuple[tuple[RGB, RGB], ...], ...] = ()
    """An image: lines of (upper, lower) colours."""


def draw_large(kind: BlobKind, decoded: Any) -> LargePicture:
    """Draw a decoded blob as large as a dialog on the screen allows."""
    if kind is BlobKind.PNG:
        size = png_size(decoded) if isinstance(decoded, bytes) else None
        if size is None:
            return LargePicture("Unreadable image")
        columns, lines = _fitting(*size)
        words = f"Image, {size[0]} × {size[1]} pixels"
        try:
            drawn = draw_thumbnail(decoded, columns, lines)
        except ExtraMissing as error:
            return LargePicture(f"{words}\n{error.message}\n{error.hint}")
        return LargePicture(words, pixels=drawn.lines if drawn else ())
    if decoded is None or isinstance(decoded, bytes):
        return LargePicture("Unreadable data")
    if kind is BlobKind.COMPLEX:
        return LargePicture(str(decoded))
    if kind is not BlobKind.TRENDLINE or decoded.ndim != 2 or decoded.shape[0] != 2:
        return LargePicture(visible(f"{decoded.dtype}: {tuple(decoded.shape)}"))
    return _large_curve(*curve(decoded), points=decoded.shape[1])


def _large_curve(x: list[float], y: list[float], points: int) -> LargePicture:
    finite = [value for value in y if math.isfinite(value)]
    if not finite:
        return LargePicture(f"Curve of {count_of(points, 'point')}, none finite")
    low, high = format_number(min(finite)), format_number(max(finite))
    last = format_number(finite[-1])
    words = f"Curve of {count_of(points, 'point')}, from {low} to {high}, last {last}"
    return LargePicture(words, tuple(sparkline(x, y, LARGE_WIDTH, LARGE_HEIGHT)))


def _fitting(width_px: int, height_px: int) -> tuple[int, int]:
    """Return the columns and lines that keep the aspect ratio: a half block is about square."""
    scale = min(LARGE_WIDTH / max(1, width_px), 2 * LARGE_HEIGHT / max(1, height_px))
    return max(1, round(width_px * scale)), max(1, round(height_px * scale / 2))


def curve(array: Any) -> tuple[list[float], list[float]]:
    """Return the x and y of a trendline, downsampled if it is long."""
    step = max(1, array.shape[1] // MOST_POINTS)
    x, y = array[:, ::step].astype(float).tolist()
    return x, y


def _image(png: Any, height: int) -> BlobPreview:
    try:
        drawn = draw_thumbnail(png, PICTURE_WIDTH, height) if isinstance(png, bytes) else None
    except ExtraMissing:
        size = png_size(png)
        drawn = Thumbnail((), *size) if size else None
    if drawn is None:
        return BlobPreview(f"{IMAGE} unreadable", "faint")
    return BlobPreview(image_text(drawn.width_px, drawn.height_px), "faint", pixels=drawn.lines)
