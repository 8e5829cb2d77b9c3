"""A drawing in characters, and the position of the data in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from ..sanitize import clip, visible
from ..terminal.graphics.raster import Raster

Window = tuple[float, float]
Styles = Mapping[str, Style]
"""Role → style: `text`, `label`, `axis`, `curve`, `range`, `crosshair`, `gap`, `series0`, …"""

GUTTER = 10
"""Columns on the left, for labels."""


class Place(NamedTuple):
    """The area of the data, in characters."""

    left: int
    top: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        """Return True if a character is inside the area."""
        inside = self.left <= x < self.left + self.width
        return inside and self.top <= y < self.top + self.height


@dataclass(frozen=True)
class Frame:
    """The lines of a drawing."""

    lines: list[list[Segment]]
    place: Place
    """The area of the data."""
    x: Window = (0.0, 1.0)
    """The data at its left and right edge."""
    y: Window = (0.0, 1.0)
    """The data at its bottom and top, or the top and bottom row of an image."""
    raster: Raster | None = None
    """The raster of a picture in the drawing."""

    def x_at(self, column: float) -> float:
        """Return the data position of a column; the middle of a character adds a half."""
        share = (column - self.place.left) / max(1, self.place.width)
        return self.x[0] * (1 - share) + self.x[1] * share

    def column_of(self, x: float) -> int:
        """Return the column of a data position."""
        extent = self.x[1] / 2 - self.x[0] / 2
        share = (x / 2 - self.x[0] / 2) / extent if extent else 0.5
        return self.place.left + min(self.place.width - 1, max(0, int(share * self.place.width)))


def styled(styles: Styles, role: str) -> Style:
    """Return the style of a role; the null style if the theme has none."""
    return styles.get(role) or Style.null()


def text_line(text: str, width: int, style: Style) -> list[Segment]:
    """Return one line of text, clipped to a width."""
    return [Segment(clip(visible(text), width), style)]


def runs(characters: list[str], styles: list[Style]) -> list[Segment]:
    """Join styled characters into as few segments as possible."""
    found: list[Segment] = []
    start = 0
    for index in range(1, len(characters) + 1):
        if index == len(characters) or styles[index] is not styles[start]:
            found.append(Segment("".join(characters[start:index]), styles[start]))
            start = index
    return found
