"""Normalize emoji sequences and flags to forms that have one width in every terminal; pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes

FLAG_LETTERS = range(0x1F1E6, 0x1F200)
"""Regional indicators A to Z: two of them are a flag."""
CERTAIN = (range(0x2E80, 0xD7A4), range(0xF900, 0xFB00), range(0xFF01, 0xFF61))
"""Wide characters whose width is the same everywhere: Chinese, Japanese, Korean."""


class Grapheme(NamedTuple):
    """A grapheme cluster: one character to a reader."""

    text: str
    """The text to send."""
    width: int
    """Width in the app's layout, in cells."""
    is_certain: bool
    """True if every terminal uses that width."""


def graphemes(text: str) -> Iterator[Grapheme]:
    """Split printable text; the text sent for a cluster is never wider than its cells."""
    for start, end, width in split_graphemes(text)[0]:
        shown = _shown(text[start:end])
        yield Grapheme(shown, width, cell_len(shown) == width and _is_certain(shown))


def in_agreed_widths(text: str) -> str:
    """Convert text so that its width in each terminal is that of the app's layout."""
    if text.isascii():
        return text
    return "".join(each.text + " " * (each.width - cell_len(each.text)) for each in graphemes(text))


def _shown(cluster: str) -> str:
    """Return the base character and its marks; for a flag its two letters."""
    base, others = cluster[0], cluster[1:]
    if ord(base) in FLAG_LETTERS:
        return chr(ord("A") + ord(base) - FLAG_LETTERS.start)
    marks = [mark for mark in others if _is_mark(mark)]
    if "\u200d" in cluster:
        marks = []  # of joined characters, the first stands for all
    return ("" if _is_selector(base) else base) + "".join(marks)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M") and not _is_selector(character)


def _is_selector(character: str) -> bool:
    """Return True for variation selectors and skin tones: they change a character's width."""
    code = ord(character)
    return code in range(0xFE00, 0xFE10) or code in range(0x1F3FB, 0x1F400)


def _is_certain(shown: str) -> bool:
    code = ord(shown[0]) if len(shown) == 1 else 0
    return (0 < code < 0x2E80 and cell_len(shown) == 1) or any(code in each for each in CERTAIN)
