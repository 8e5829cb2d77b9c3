"""Images as half blocks: two pixels per character."""

from __future__ import annotations

import io
import struct
from typing import NamedTuple

from damnit_daemon.errors import ExtraMissing
from damnit_daemon.model.value import PNG_SIGNATURE

RGB = tuple[int, int, int]
MAX_PIXELS = 50_000_000
"""Larger images are not decoded: they are decompression bombs, not thumbnails."""


class Thumbnail(NamedTuple):
    """An image as lines of (upper, lower) colours, one pair per character."""

    lines: tuple[tuple[tuple[RGB, RGB], ...], ...]
    width_px: int
    height_px: int


def png_size(png: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels, from the header of a PNG."""
    if len(png) < 24 or not png.startswith(PNG_SIGNATURE) or png[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def draw_thumbnail(png: bytes, columns: int, lines: int = 1) -> Thumbnail | None:
    """Shrink an image to half blocks; None if it cannot be decoded.

    The aspect ratio is not kept: a line is two pixels high, and a strip over
    the full width shows more than two pixels in its middle.

    Raises:
        ExtraMissing: If Pillow is not installed.
    """
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise ExtraMissing("To draw images, Pillow", "plot") from error
    size = png_size(png)
    if size is None or size[0] * size[1] > MAX_PIXELS:
        return None
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            small = image.convert("RGB").resize((columns, lines * 2), Image.Resampling.BOX)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
    raw = small.tobytes()
    pixels = [(raw[i], raw[i + 1], raw[i + 2]) for i in range(0, len(raw), 3)]
    rows = [pixels[i : i + columns] for i in range(0, len(pixels), columns)]
    pairs = zip(rows[::2], rows[1::2], strict=True)
    drawn = tuple(tuple(zip(upper, lower, strict=True)) for upper, lower in pairs)
    return Thumbnail(drawn, *size)
