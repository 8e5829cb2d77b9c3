"""Classify log lines by the words they begin with or contain."""

from __future__ import annotations

import re
from enum import StrEnum


class LineKind(StrEnum):
    """The kind of a log line."""

    PLAIN = "plain"
    SECTION = "section"
    """The header of a job."""
    ERROR = "error"
    WARNING = "warning"
    OUTCOME = "outcome"
    """The outcome of a variable."""


SECTION = b"-----"
"""Prefix of headers, DAMNIT's and the daemon's: `----- Processing r42 (p1234) as … -----`."""

_ERROR = re.compile(
    r"^(Could not get data for |Traceback \(most recent call last\):|[\w.]+(Error|Exception): )"
    r"|\b(ERROR|CRITICAL|FATAL)\b"
)
_WARNING = re.compile(r"\bWARN(ING)?\b|\b\w+Warning: ")
_OUTCOME = re.compile(r"^(Computed|Skipped|Skipping|Read) \S+ ")


def kind_of(text: str) -> LineKind:
    """Guess the kind of a line, for colours and for jumping to it."""
    if text.startswith(SECTION.decode()):
        return LineKind.SECTION
    if _ERROR.search(text):
        return LineKind.ERROR
    if _WARNING.search(text):
        return LineKind.WARNING
    return LineKind.OUTCOME if _OUTCOME.match(text) else LineKind.PLAIN
