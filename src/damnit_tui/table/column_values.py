"""Distinct values of a column, and the filter text for a selection of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from damnit_daemon.model import Column, StoredValue
from damnit_daemon.query.cells import natural, text_of
from damnit_daemon.query.table import Scalar
from damnit_daemon.query.tokens import quoted

from .cells import boolean_text

MOST_TICKS = 24
"""With more distinct numbers, a range filter is offered."""
BARS = " ▁▂▃▄▅▆▇█"


class ColumnValues(NamedTuple):
    """The distinct values of a column, with the number of runs for each."""

    column: Column
    texts: tuple[tuple[str, int], ...]
    numbers: tuple[tuple[float, int], ...]
    empty: int
    """Runs without a number or a text."""
    is_boolean: bool = False
    """True if all numbers are booleans, stored as 0 and 1."""

    @property
    def is_range(self) -> bool:
        """True if there are so many distinct numbers that a range filter fits better."""
        return not self.texts and len(self.numbers) > MOST_TICKS

    def number_text(self, number: float) -> str:
        """Return a number as the table shows it, which a filter accepts, too."""
        return ("no", "yes")[int(number)] if self.is_boolean else text_of(number)

    def histogram(self, width: int) -> str:
        """Return the distribution of the numbers as a line of bars."""
        finite = [(n, count) for n, count in self.numbers if abs(n) != float("inf")]
        if not finite:
            return ""
        low, high = finite[0][0], finite[-1][0]
        bins = [0] * width
        for number, count in finite:
            share = (number / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
            bins[min(width - 1, int(share * width))] += count
        most = max(bins)
        return "".join(BARS[-(-(len(BARS) - 1) * count // most)] for count in bins)


def column_values(
    column: Column, scalars: Sequence[Scalar], stored: Iterable[StoredValue | None] = ()
) -> ColumnValues:
    """Count the distinct values of a column.

    Args:
        column: The column.
        scalars: Its cells.
        stored: Its stored values, to identify booleans; read only if all numbers are 0 or 1.
    """
    counts = Counter(scalars)
    empty = counts.pop(None, 0) + counts.pop("", 0)
    texts = [(value, count) for value, count in counts.items() if isinstance(value, str)]
    numbers = [
        (value, count)
        for value, count in counts.items()
        if value is not None and not isinstance(value, str)
    ]
    return ColumnValues(
        column,
        tuple(sorted(texts, key=lambda pair: natural(pair[0]))),
        tuple(sorted(numbers)),
        empty,
        is_boolean=_are_booleans(column, numbers, stored),
    )


def values_filter(
    column: Column, texts: Collection[str], numbers: Collection[str], *, empty: bool
) -> str:
    """Return the filter for runs with one of these values; empty without any."""
    name = quoted(column.name)
    words = [word for text in texts if (word := _in_quotes(text))]
    words += numbers
    found = ""
    if len(words) == 1:
        found = f"{name} = {words[0]}"
    elif words:
        found = f"{name} in {','.join(words)}"
    return _with_empty(name, found, empty=empty)


def range_filter(column: Column, low: str, high: str, *, empty: bool) -> str:
    """Return the filter for runs with a number or time in a range; either end may be open."""
    name = quoted(column.name)
    parts = []
    for operator, text in ((">=", low.strip()), ("<=", high.strip())):
        if not text:
            continue
        parts.append(f"{name} {operator} {text}")
    found = " ".join(parts)
    return _with_empty(name, found, empty=empty) if found else ""


def _are_booleans(
    column: Column,
    numbers: Sequence[tuple[float, int]],
    stored: Iterable[StoredValue | None],
) -> bool:
    if not numbers or any(number not in (0, 1) for number, _ in numbers):
        return False
    known = [value for value in stored if value and isinstance(value.value, int | float)]
    return bool(known) and all(boolean_text(value, column) for value in known)


def _with_empty(name: str, found: str, *, empty: bool) -> str:
    if not empty:
        return found
    return f"({found} or not has:{name})" if found else f"not has:{name}"


def _in_quotes(text: str) -> str:
    """Quote a text, always: it may look like a number."""
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else ""
