"""Pieces of pictures: one private character per cell, and kitty's placeholders for them; pure.

A piece encodes its slot, row and column. It takes one cell, joins nothing, and survives
all processing of text on its way to the screen; only `ScreenDiff` knows which image is in the
slot now, and writes the placeholder: U+10EEEE, followed by a diacritic for the row, one for the
column and one for the upper byte of the image's number. The lower byte is the colour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

FIRST = 0x100000
"""The last plane of Unicode, which is private; untrusted text never contains it (`visible`)."""
SLOTS = 2
"""Pictures on the screen at the same time: in full screen, and in the pane."""
ROWS, COLUMNS = 110, 297
"""The largest picture, in characters: limited by the number of diacritics and of pieces."""
PLACEHOLDER = "\U0010eeee"
PARTS = re.compile("[\U00100000-\U00107fff]+|[\U00108000-\U0010ffff]+|[^\U00100000-\U0010ffff]+")
"""Pieces of one slot, of the other, and text."""
_PER_SLOT = 1 << 15
_DIACRITICS = (
    "305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 "
    "59c-5a1 5a8-5a9 5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec "
    "730 732-733 735-736 73a 73d 73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827 "
    "829-82d 951 953-954 f82-f83 f86-f87 135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 "
    "1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1 1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7 "
    "20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1 2de0-2dff a66f a67c-a67d a6f0-a6f1 a8e0-a8f1 aab0 "
    "aab2-aab3 aab7-aab8 aabe-aabf aac1 fe20-fe26 10a0f 10a38 1d185-1d189 1d1aa-1d1ad 1d242-1d244"
)
"""The diacritics of the protocol's numbers, from 0."""


@lru_cache(maxsize=1)
def diacritics() -> str:
    """Return the characters that stand for the numbers from 0."""
    found = []
    for part in _DIACRITICS.split():
        first, _, last = part.partition("-")
        found += [chr(code) for code in range(int(first, 16), int(last or first, 16) + 1)]
    return "".join(found)


def row_of_pieces(slot: int, row: int, columns: int) -> str:
    """Return one line of a picture."""
    start = FIRST + slot * _PER_SLOT + row * COLUMNS
    return "".join(map(chr, range(start, start + columns)))


def is_piece(letter: str) -> bool:
    """Return True if a character is a piece."""
    return ord(letter) >= FIRST


def slot_of(piece: str) -> int:
    """Return the slot of a piece."""
    return (ord(piece) - FIRST) // _PER_SLOT


def colour_of(image: int) -> str:
    """Return the colour that identifies an image, as in SGR."""
    return f"38;5;{image & 255}"


def placeholders(pieces: str, images: Mapping[int, int]) -> str:
    """Convert pieces to the terminal's placeholders.

    Args:
        pieces: Pieces of one slot.
        images: Slot → number of the image.
    """
    marks = diacritics()
    upper = marks[images[slot_of(pieces[0])] >> 24]
    written = []
    for piece in pieces:
        row, column = divmod((ord(piece) - FIRST) % _PER_SLOT, COLUMNS)
        # All three in each cell: a dialog may hide the rest of the row.
        written.append(f"{PLACEHOLDER}{marks[min(row, ROWS)]}{marks[column]}{upper}")
    return "".join(written)
