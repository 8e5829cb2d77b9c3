"""A picture in pixels, and how many of them there may be."""

from __future__ import annotations

import math
from dataclasses import dataclass

MOST_PIXELS = 1 << 18
"""Of one picture: noise is then 350 kB on the line."""
USUAL_CELL = (8, 16)
"""Pixels of a character, across and down, where the terminal does not tell."""


@dataclass(frozen=True)
class Raster:
    """Pixels to be shown in a number of characters."""

    pixels: bytes
    """Row by row, a byte each with a palette, else three."""
    width: int
    height: int
    palette: bytes
    columns: int
    rows: int


def raster_size(columns: int, rows: int, cell: tuple[int, int]) -> tuple[int, int]:
    """Pixels across and down for an area of characters; of its shape, for kitty keeps an image's.

    Args:
        columns: Of the area.
        rows: The same.
        cell: Pixels of a character, across and down.
    """
    width, height = max(1, columns * cell[0]), max(1, rows * cell[1])
    scale = min(1.0, math.sqrt(MOST_PIXELS / (width * height)))
    return max(1, round(width * scale)), max(1, round(height * scale))
