"""How numbers are written, and text of strangers made safe to print: the same everywhere."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

HOSTILE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f\xad"  # C0, DEL, C1: escapes begin here
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # invisible, or turn the direction
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # invisible; widths differ
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
    "\ud800-\udfff"  # lone surrogates: no terminal encoding holds them
    "\U00100000-\U0010ffff"  # private, and kitty's place for images
    "]"
)
"""What may not reach a terminal: it would control it, or hide something."""
_HOSTILE_IN_LINES = re.compile(rf"(?![\n\t]){HOSTILE.pattern}")


def escaped(character: str) -> str:
    r"""Write a character as Python does in a literal: `\x1b`, `\u202e`."""
    return repr(character)[1:-1]


def show_controls(text: str, escape: Callable[[str], str] = escaped) -> str:
    """Replace what is hostile by its escape; line breaks and tabs stay.

    Args:
        text: Of a database, a file or a log.
        escape: Writes one character.
    """
    return _HOSTILE_IN_LINES.sub(lambda match: escape(match[0]), text)


def for_stdout(text: str) -> str:
    """Text as stdout may have it: whole in a file or a pipe, safe on a terminal."""
    if sys.stdout.isatty():
        return show_controls(text)
    return text.encode("utf-8", "backslashreplace").decode()


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a cell begins that a spreadsheet computes, or sends to a program."""


def no_formula(value: T) -> T | str:
    """Return a cell of a CSV or TSV file that no spreadsheet runs: text behind an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def format_number(value: float) -> str:
    """Write a number as DAMNIT does: `3`, `9999.5000`, `1.235e+04`; `nan` and `inf` by name."""
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) < 10_000:
        return str(int(value))
    return f"{value:.4f}" if 0.0001 < abs(value) < 10_000 else f"{value:.3e}"
