"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How good it is; the value is what stands before it in the report."""

    FINE = "✓"
    NOTE = "·"
    """Worth knowing, nothing to mend."""
    WRONG = "✗"


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    grade: Grade
    what: str
    """What was looked at."""
    text: str
    """How it is."""
    fix: str = ""
    """What to do about it, as exactly as we know."""


def fine(what: str, text: str) -> Finding:
    """All is well."""
    return Finding(Grade.FINE, what, text)


def note(what: str, text: str, fix: str = "") -> Finding:
    """Worth knowing."""
    return Finding(Grade.NOTE, what, text, fix)


def wrong(what: str, text: str, fix: str) -> Finding:
    """To be mended."""
    return Finding(Grade.WRONG, what, text, fix)


def count_of(number: int, noun: str) -> str:
    """Say how many: `1 run`, `2 runs`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
