"""What is wrong with a filter, and where."""

from __future__ import annotations

from ..errors import DamnitError


class FilterError(DamnitError):
    """A filter that cannot be understood.

    Attributes:
        start: Where in the text it is wrong, counted from 0.
        end: Where that ends.
    """

    def __init__(self, message: str, start: int, end: int, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.start = start
        self.end = end
