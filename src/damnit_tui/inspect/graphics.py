"""How pictures get to the terminal, and the one place that decides it.

Half blocks and braille are text: they work in every terminal, in tmux, over a slow line, and can be
copied. Pixels (kitty, sixel) are not sent: they would have to pass the app's own driver, which
remembers what is in each character of the screen and sends only what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Graphics(StrEnum):
    """A way to draw pictures."""

    SHADES = "shades"
    """Characters of different weight: no colours are needed."""
    BLOCKS = "blocks"
    """Half blocks: two coloured pixels a character."""


def choose_graphics(
    wanted: str, environment: Mapping[str, str], colour_system: str | None, *, lite: bool = False
) -> Graphics:
    """The best way that this terminal takes.

    Args:
        wanted: `auto`, `blocks` or `none`, as somebody said.
        environment: Of the process.
        colour_system: What Rich found: `truecolor`, `256`, `standard`; None where nobody knows.
        lite: Whether the line is slow.
    """
    if environment.get("NO_COLOR") or wanted == "none":
        return Graphics.SHADES
    is_poor = lite or colour_system in ("standard", "windows")
    return Graphics.SHADES if is_poor and wanted == "auto" else Graphics.BLOCKS
