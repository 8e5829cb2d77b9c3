"""Sanitize untrusted text before it reaches the terminal.

Every string from a database may hold terminal escapes, unexpected line breaks, or
characters that turn the reading direction. They are made visible, not sent.
"""

from __future__ import annotations

import re

from rich.cells import cell_len, set_cell_size

from damnit_daemon.model.sanitize import HOSTILE, escaped

ELLIPSIS = "…"
NEW_LINE = "⏎"
"""Replaces a line break in single-line text."""

PER_CELL = 16
"""Most characters of one cell, all but one of zero width; further ones are ignored."""

UNSEEN = "◌"
"""Replaces an invisible character."""

_HOSTILE_OR_EMOJI = re.compile(f"{HOSTILE.pattern}|\ufe0f")
LINES = re.compile(r"\r\n|\r|\n")


def visible(text: str) -> str:
    """Return one line of printable characters that shows all of `text`.

    Control characters become their pictures (`␛`, `␊`), others their escapes.
    """
    if text.isascii() and text.isprintable():
        return text
    return HOSTILE.sub(_picture, text)


def is_hostile(text: str) -> bool:
    """Return True if any character must not reach a terminal unchanged."""
    return HOSTILE.search(text) is not None


def one_for_one(text: str) -> str:
    """Like `visible`, but each character of `text` becomes one character, and keeps its cells.

    Line breaks become `⏎`; a character without a picture becomes a dotted circle. Emoji get text
    presentation: then they are as wide as their characters are one by one.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HOSTILE_OR_EMOJI.sub(_stand_in, text)


def visible_lines(text: str) -> list[str]:
    """Like `visible`, but line breaks and tabs keep their meaning."""
    return [visible(line.expandtabs(4)) for line in LINES.split(text)]


def as_line(text: str) -> str:
    """Join the lines of a text into one."""
    return visible(LINES.sub(NEW_LINE, text))


def clip(text: str, width_cells: int) -> str:
    """Cut to a width in cells; cut text ends in `…`. Costs no more for a long text."""
    start = text[: PER_CELL * max(0, width_cells) + 1]
    if start == text and cell_len(text) <= width_cells:
        return text
    if width_cells <= 0:
        return ""
    text = start
    return set_cell_size(text, width_cells - 1).rstrip() + ELLIPSIS


def clip_start(text: str, width_cells: int) -> str:
    """Cut to a width in cells, keeping the end; cut text begins with `…`."""
    end = text[-PER_CELL * max(0, width_cells) - 1 :]
    if end == text and cell_len(text) <= width_cells:
        return text
    text = end
    while text and cell_len(text) >= width_cells:
        text = text[1:]
    return ELLIPSIS + text


def pad(text: str, width_cells: int, *, right: bool = False) -> str:
    """Cut or fill to an exact width in cells.

    Args:
        text: Printable text.
        width_cells: The width.
        right: Fill on the left, aligning the text to the right.
    """
    clipped = clip(text, width_cells)
    blank = " " * (width_cells - cell_len(clipped))
    return blank + clipped if right else clipped + blank


def _stand_in(match: re.Match[str]) -> str:
    if match[0] == "\ufe0f":
        return "\ufe0e"
    if match[0] == "\n":
        return NEW_LINE
    picture = _picture(match)
    return picture if len(picture) == 1 else UNSEEN


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return escaped(match[0])
