"""What a line of a log is about, by the words that it begins with or has."""

from __future__ import annotations

import re
from enum import StrEnum


class LineKind(StrEnum):
    """What a line is."""

    PLAIN = "plain"
    SECTION = "section"
    """Where another job begins."""
    ERROR = "error"
    WARNING = "warning"
    OUTCOME = "outcome"
    """What became of a variable."""


SECTION = b"-----"
"""DAMNIT's headers begin so, and ours: `----- Processing r42 (p1234) as … -----`."""

_ERROR = re.compile(
    r"^(Could not get data for |Traceback \(most recent call last\):|[\w.]+(Error|Exception): )"
    r"|\b(ERROR|CRITICAL|FATAL)\b"
)
_WARNING = re.compile(r"\bWARN(ING)?\b|\b\w+Warning: ")
_OUTCOME = re.compile(r"^(Computed|Skipped|Skipping|Read) \S+ ")


def kind_of(text: str) -> LineKind:
    """Tell what a line is about; a guess, for colours and to jump to."""
    if text.startswith(SECTION.decode()):
        return LineKind.SECTION
    if _ERROR.search(text):
        return LineKind.ERROR
    if _WARNING.search(text):
        return LineKind.WARNING
    return LineKind.OUTCOME if _OUTCOME.match(text) else LineKind.PLAIN
