"""Format numbers, and sanitize untrusted text before it is printed, the same everywhere."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

HOSTILE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f\xad"  # C0, DEL, C1: start of escape sequences
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # invisible, or change the text direction
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # invisible; widths differ
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
    "\ud800-\udfff"  # lone surrogates: not encodable on any terminal
    "\U00100000-\U0010ffff"  # private use, and kitty's image placeholders
    "]"
)
"""Characters that must not reach a terminal: they would control it, or hide text."""
_HOSTILE_IN_LINES = re.compile(rf"(?![\n\t]){HOSTILE.pattern}")


def escaped(character: str) -> str:
    r"""Return the escape of a character in a Python literal: `\x1b`, `\u202e`."""
    return repr(character)[1:-1]


def show_controls(text: str, escape: Callable[[str], str] = escaped) -> str:
    """Replace dangerous characters by their escapes; line breaks and tabs stay.

    Args:
        text: Text of a database, a file or a log.
        escape: Formats one character.
    """
    return _HOSTILE_IN_LINES.sub(lambda match: escape(match[0]), text)


def for_stdout(text: str) -> str:
    """Sanitize text for stdout: unchanged for a file or a pipe, safe on a terminal."""
    if sys.stdout.isatty():
        return show_controls(text)
    return text.encode("utf-8", "backslashreplace").decode()


FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Prefixes of a cell that a spreadsheet computes, or sends to a program."""


def no_formula(value: T) -> T | str:
    """Return a CSV or TSV cell that no spreadsheet executes: text is prefixed by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def format_number(value: float) -> str:
    """Format a number as DAMNIT does: `3`, `9999.5000`, `1.235e+04`; `nan` and `inf` by name."""
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) < 10_000:
        return str(int(value))
    return f"{value:.4f}" if 0.0001 < abs(value) < 10_000 else f"{value:.3e}"
