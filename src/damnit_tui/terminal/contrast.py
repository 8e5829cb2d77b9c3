"""Readable colours: text at a contrast of 4.5 to 1, curves at 3 to 1 (WCAG 2).

Themes, styles with an opacity and colours of context files meet on a line, so contrast is
ensured by the last filter of each painted line.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

TEXT = 4.5
GRAPHICS = 3.0
STEPS = 20
"""Steps towards black or white."""

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

_FRAMES = "\u2500-\u259f"
"""Lines between columns, and blocks: pixels, whose colour is their meaning."""
_DRAWN = re.compile(f"[\\s{_FRAMES}\ue000-\uf8ff\U000f0000-\U0010ffff]*")
_DOTS = re.compile(f"[\\s{_FRAMES}\u2800-\u28ff]*")
"""Braille: curves and points."""


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@lru_cache(4096)
def luminance(colour: Colour) -> float:
    """Relative luminance of a colour, from 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(4096)
def readable(colour: Colour, behind: Colour, ratio: float) -> Colour:
    """The nearest colour towards black or white with at least this contrast ratio."""
    end = max(BLACK, WHITE, key=lambda each: contrast(each, behind))
    for step in range(STEPS + 1):
        share = step / STEPS
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, end, strict=True))
        if contrast((red, green, blue), behind) >= ratio:
            return red, green, blue
    return end


def needed(text: str) -> float:
    """Contrast ratio that a text needs; 1 if it may stay as it is."""
    if text.isascii():
        return TEXT if text.strip() else 1.0
    if _DRAWN.fullmatch(text):
        return 1.0
    return GRAPHICS if _DOTS.fullmatch(text) else TEXT


class ReadableText(LineFilter):
    """Adjust colours of text and curves, where needed, until they are readable."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Adjust each segment of a line."""
        behind = background.rich_color
        return [
            segment
            if segment.style is None or (ratio := needed(segment.text)) == 1.0
            else Segment(segment.text, _readable_style(segment.style, behind, ratio), None)
            for segment in segments
        ]


@lru_cache(4096)
def _readable_style(style: Style, behind: RichColor, ratio: float) -> Style:
    front = style.color.triplet if style.color is not None else None
    back = (style.bgcolor or behind).triplet
    if front is None or back is None:
        return style  # the terminal's own colours, which are unknown here
    found = readable(tuple(front), tuple(back), ratio)
    return style if found == tuple(front) else style + Style(color=RichColor.from_rgb(*found))
