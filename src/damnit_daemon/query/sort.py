"""Sort runs by columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from ..model import UNKNOWN_CONTENT, Column, Content, ContentOf, RunKey
from ..model.sanitize import show_controls
from .cells import Cells, natural
from .columns import find_column
from .errors import FilterError
from .table import Table
from .tokens import Token, TokenKind, quoted

_PART = re.compile(
    r"""\s*(?P<sign>[+-]?)\s*(?P<name>"[^"]*"|'[^']*'|[^,]*?)\s*(?:,|$)""", re.DOTALL
)


@dataclass(frozen=True)
class SortKey:
    """A column to sort by, and the direction."""

    column: Column
    reverse: bool = False

    def __str__(self) -> str:
        """Return the key as typed."""
        return f"{'-' if self.reverse else ''}{quoted(self.column.name)}"


def parse_sort(
    text: str,
    columns: Sequence[Column],
    content: ContentOf = lambda _column: UNKNOWN_CONTENT,
) -> list[SortKey]:
    """Parse `xgm,-run`: comma-separated columns, `-` for descending.

    Args:
        text: As typed.
        columns: All variables.
        content: Returns what a column contains.

    Raises:
        FilterError: If there is no such column, or nothing in it to sort by; says where.
    """
    found = []
    for match in _PART.finditer(text):
        name = match["name"].strip().strip("\"'")
        if name:
            token = Token(TokenKind.WORD, name, match.start("sign"), match.end("name"))
            column = find_column(token, columns)
            if why := why_not_sortable(column, content(column)):
                raise FilterError(why, match.start("sign"), match.end("name"))
            found.append(SortKey(column, match["sign"] == "-"))
    return found


def why_not_sortable(column: Column, content: Content) -> str:
    """Return why runs cannot be sorted by a column; empty if they can."""
    if content is not Content.BLOBS:
        return ""
    return f"{show_controls(column.title)} has no numbers or texts to sort by."


def sort_keys(table: Table, keys: Iterable[RunKey], by: Sequence[SortKey]) -> list[RunKey]:
    """Sort runs; the sort is stable, and empty cells come last in both directions."""
    found = list(keys)
    for sort_key in reversed(by):
        values = Cells(table, found).scalars(sort_key.column)
        numbers: list[tuple[int | float, RunKey]] = []
        texts: list[tuple[tuple[str | int, ...], RunKey]] = []
        empty: list[RunKey] = []
        for key, value in zip(found, values, strict=True):
            if value is None or value == "":
                empty.append(key)
            elif isinstance(value, str):
                texts.append((natural(value), key))
            else:
                numbers.append((value, key))
        numbers.sort(key=itemgetter(0), reverse=sort_key.reverse)
        texts.sort(key=itemgetter(0), reverse=sort_key.reverse)
        full = [*texts, *numbers] if sort_key.reverse else [*numbers, *texts]
        found = [key for _, key in full] + empty
    return found
