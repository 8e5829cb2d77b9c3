"""A drawing in characters, and where on it the data is."""

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
"""Role → style: `text`, `label`, `axis`, `curve`, `range`, `cursor`, `missing`, `series0`, …"""

GUTTER = 10
"""Columns on the left, for labels."""


class Place(NamedTuple):
    """Where data is drawn, in characters."""

    left: int
    top: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a character is in it."""
        inside = self.left <= x < self.left + self.width
        return inside and self.top <= y < self.top + self.height


@dataclass(frozen=True)
class Frame:
    """Lines of a drawing."""

    lines: list[list[Segment]]
    place: Place
    """Where its data is."""
    x: Window = (0.0, 1.0)
    """What the left and right end of that stand for."""
    y: Window = (0.0, 1.0)
    """Bottom and top, or top and bottom row of an image."""
    raster: Raster | None = None
    """What the pieces of a picture in it are of."""

    def x_at(self, column: float) -> float:
        """What stands at a column; the middle of a character is half on."""
        share = (column - self.place.left) / max(1, self.place.width)
        return self.x[0] * (1 - share) + self.x[1] * share

    def column_of(self, x: float) -> int:
        """In which column something is."""
        extent = self.x[1] / 2 - self.x[0] / 2
        share = (x / 2 - self.x[0] / 2) / extent if extent else 0.5
        return self.place.left + min(self.place.width - 1, max(0, int(share * self.place.width)))


def styled(styles: Styles, role: str) -> Style:
    """The style of a role; none where the theme has none."""
    return styles.get(role) or Style.null()


def text_line(text: str, width: int, style: Style) -> list[Segment]:
    """One line of words, cut to a width."""
    return [Segment(clip(visible(text), width), style)]


def runs(characters: list[str], styles: list[Style]) -> list[Segment]:
    """Characters with a style each, as few segments as possible."""
    found: list[Segment] = []
    start = 0
    for index in range(1, len(characters) + 1):
        if index == len(characters) or styles[index] is not styles[start]:
            found.append(Segment("".join(characters[start:index]), styles[start]))
            start = index
    return found
