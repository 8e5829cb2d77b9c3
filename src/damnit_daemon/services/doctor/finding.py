"""Result of a check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """Grade of a finding; the value is its marker in the report."""

    FINE = "✓"
    NOTE = "·"
    """Worth knowing, no repair needed."""
    WRONG = "✗"

    @property
    def word(self) -> str:
        """The grade for programs."""
        return {Grade.FINE: "ok", Grade.NOTE: "note", Grade.WRONG: "error"}[self]


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    grade: Grade
    what: str
    """Subject of the check."""
    text: str
    """Its state."""
    fix: str = ""
    """How to fix it, as precisely as known."""


def fine(what: str, text: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(Grade.FINE, what, text)


def note(what: str, text: str, fix: str = "") -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(Grade.NOTE, what, text, fix)


def wrong(what: str, text: str, fix: str) -> Finding:
    """Return a finding that needs a fix."""
    return Finding(Grade.WRONG, what, text, fix)
