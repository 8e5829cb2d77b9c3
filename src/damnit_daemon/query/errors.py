"""The error for an invalid filter, with its position."""

from __future__ import annotations

from ..errors import DamnitError


class FilterError(DamnitError):
    """A filter that cannot be parsed.

    Attributes:
        start: Offset in the text where the mistake begins, counted from 0.
        end: Offset where it ends.
    """

    def __init__(self, message: str, start: int, end: int, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.start = start
        self.end = end
