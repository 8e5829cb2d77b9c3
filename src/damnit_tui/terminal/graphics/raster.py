"""A picture in pixels, and its maximum size."""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST_PIXELS = 1 << 18
"""Most pixels of a picture: noise is then 350 kB on the line."""
USUAL_CELL = (8, 16)
"""Pixels of a character, across and down, if the terminal does not report it."""


@dataclass(frozen=True)
class Raster:
    """Pixels to show in an area of characters."""

    pixels: bytes
    """Row by row; one byte per pixel with a palette, else three."""
    width: int
    height: int
    palette: bytes
    columns: int
    rows: int


def raster_size(columns: int, rows: int, cell: tuple[int, int]) -> tuple[int, int]:
    """Pixels across and down for an area; in its shape, as kitty keeps an image's proportions.

    Args:
        columns: Width of the area.
        rows: Height of the area.
        cell: Pixels of a character, across and down.
    """
    width, height = max(1, columns * cell[0]), max(1, rows * cell[1])
    scale = min(1.0, math.sqrt(MOST_PIXELS / (width * height)))
    return max(1, round(width * scale)), max(1, round(height * scale))
