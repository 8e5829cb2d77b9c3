"""Pictures in a few characters: half blocks, two pixels each."""

from __future__ import annotations

import io
import struct
from typing import NamedTuple

from damnit_daemon.model.value import PNG_SIGNATURE

RGB = tuple[int, int, int]
MAX_PIXELS = 50_000_000
"""A picture that claims more is not decoded: it is a decompression bomb, no thumbnail."""


class Thumbnail(NamedTuple):
    """A picture as lines of (upper, lower) colours, one pair a character."""

    lines: tuple[tuple[tuple[RGB, RGB], ...], ...]
    width_px: int
    height_px: int


def png_size(png: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, read from the head of a PNG."""
    if len(png) < 24 or not png.startswith(PNG_SIGNATURE) or png[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def draw_thumbnail(png: bytes, columns: int, lines: int = 1) -> Thumbnail | None:
    """Shrink a picture to characters; None if it cannot be decoded.

    The proportions are not kept: a line is two pixels high, and a strip over
    the whole width tells more than two pixels in its middle.
    """
    from PIL import Image, UnidentifiedImageError

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
