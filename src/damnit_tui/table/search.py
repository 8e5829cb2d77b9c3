"""Search for `n` and `N`: cells that match the search or the filter; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from damnit_daemon.model import Column, RunKey, StoredValue

from .cells import boolean_text, is_problem, parse_attributes
from .describe import error_of
from .rows import Rows

if TYPE_CHECKING:
    from damnit_daemon.query import Filter
    from damnit_daemon.query.predicates import Condition, OfColumn

LONGEST = 2000
"""Characters of a text that are searched."""
Place = tuple[RunKey, str]
"""A run, and the name of a variable."""


@dataclass(frozen=True)
class Search:
    """Words matched in any cell, and comparisons matched in the cells of one variable."""

    words: tuple[str, ...] = ()
    comparisons: tuple[OfColumn, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.comparisons)

    @classmethod
    def of_filter(cls, filter: Filter | None) -> Search:
        """Search for everything a filter includes; its exclusions are ignored."""
        if not filter:
            return cls()
        from damnit_daemon.query.predicates import OfColumn, Says

        parts = list(_parts(filter.condition))
        return cls(
            tuple(part.word for part in parts if isinstance(part, Says)),
            tuple(part for part in parts if isinstance(part, OfColumn)),
        )

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Patterns that find the matches in painted text."""
        if not self:
            return ()  # spare the first paint the import of the query parser
        from damnit_daemon.query.predicates import Matches

        words = [re.compile(re.escape(word), re.IGNORECASE) for word in self.words if word]
        return (*words, *(p.pattern for p in self.comparisons if isinstance(p, Matches)))

    def is_found(self, rows: Rows, key: RunKey, column: Column) -> bool:
        """Return True if a cell matches the search."""
        if any(p.column.name == column.name and p.holds(rows, key) for p in self.comparisons):
            return True
        if not self.words:
            return False
        value = rows.value(key, column.name)
        if value is None:
            text = _text_ahead(rows.scalar(key, column.name))
        else:
            text = boolean_text(value, column) or _text(value)
        text = text.casefold()
        return any(word.casefold() in text for word in self.words)

    def seek(
        self, rows: Rows, columns: Sequence[Column], row: int, column: int, step: int = 1
    ) -> Iterator[Place | None]:
        """Search the cells in reading order, wrapping around.

        Args:
            rows: The table.
            columns: The columns to search, from the left.
            row: Start position among the runs shown; the start cell itself comes last.
            column: Start position among the columns.
            step: 1 for forwards, -1 for backwards.

        Yields:
            None after each run without a match, and the matching cell last of all.
        """
        keys = list(rows.keys)
        order = columns[::step]
        begin = column if step > 0 else len(columns) - 1 - column
        for count in range(len(keys) + 1 if keys else 0):
            key = keys[(row + count * step) % len(keys)]
            among = order
            if count == 0:
                among = order[begin + 1 :]
            elif count == len(keys):
                among = order[: begin + 1]
            yield next(((key, c.name) for c in among if self.is_found(rows, key, c)), None)


def rank(text: str, column: Column) -> int | None:
    """Return how well a text matches a column name, 0 for best; None for no match.

    Every word must occur in the title or name; best as a whole part of the title, then at the
    beginning of one.
    """
    parts = [part.strip() for part in (*column.title.casefold().split("/"), column.name.casefold())]
    ranks = [_rank_word(word, parts) for word in text.casefold().split()]
    known = [found for found in ranks if found is not None]
    return sum(known) if known and len(known) == len(ranks) else None


def find_columns(columns: Sequence[Column], text: str) -> list[str]:
    """Return the names of the columns that match a text, best match first."""
    ranked = [(rank(text, column), index) for index, column in enumerate(columns)]
    found = sorted((at, index) for at, index in ranked if at is not None)
    return [columns[index].name for _, index in found]


def _rank_word(word: str, parts: Sequence[str]) -> int | None:
    if word in parts:
        return 0
    if any(part.startswith(word) for part in parts):
        return 1
    if any(f" {word}" in part or f"_{word}" in part or f".{word}" in part for part in parts):
        return 2
    return 4 if any(word in part for part in parts) else None


def next_problem(rows: Rows, columns: Sequence[Column], row: int, column: int) -> Place | None:
    """Return the next failed cell in reading order, wrapping around; None if there is none.

    Args:
        rows: The table.
        columns: The columns to search, from the left.
        row: Start position among the runs shown; the start cell itself comes last.
        column: Start position among the columns.
    """
    from damnit_daemon.query.predicates import SKIP

    total = len(rows.keys)
    for count in range(total + 1 if total else 0):
        key = rows.keys[(row + count) % total]
        if all(name == SKIP for name in rows.errors(key)):
            continue
        for one in columns[column + 1 :] if count == 0 else columns:
            value = rows.value(key, one.name)
            if value is not None and is_problem(value):
                return key, one.name
    return None


def _parts(condition: Condition) -> Iterator[Condition]:
    from damnit_daemon.query.predicates import All, Some

    if isinstance(condition, All | Some):
        for part in condition.parts:
            yield from _parts(part)
    else:
        yield condition


def _text_ahead(found: int | float | str | None) -> str:
    from damnit_daemon.query.cells import text_of

    return "" if found is None else text_of(found)[:LONGEST]


def _text(value: StoredValue) -> str:
    """Return a cell's text: its value as shown, or the error in its place."""
    if value.value is None:
        error = error_of(parse_attributes(value.attributes_json))
        return f"{error[0]} {error[1]}"[:LONGEST] if error else ""
    from damnit_daemon.query.table import scalar_of

    return _text_ahead(scalar_of(value))
