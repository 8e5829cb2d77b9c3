"""Runs grouped by the values of a column, with a statistic of the other columns. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import tzinfo
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from damnit_daemon.model import Column, RunKey
from damnit_daemon.query.cells import Cells

from ..fixed_columns import TIME
from ..format import format_full_time
from ..sanitize import visible
from ..table.column_values import column_values, values_filter
from ..table.foot import is_boolean
from ..table.layout import split_title
from ..table.rows import Rows
from ..table.statistics import Numbers
from ..widgets.row_list import GAP, ListRow, RowCell, natural_widths

EMPTY = "(empty)"


class GroupOrder(StrEnum):
    """Sort order of the groups."""

    VALUE = "by value"
    COUNT = "largest first"


class RunGroup(NamedTuple):
    """Runs with the same value."""

    text: str
    """The value as the table shows it."""
    filter: str
    """Selects these runs; empty if no filter can name the value."""
    keys: tuple[RunKey, ...]

    @property
    def id(self) -> str:
        """Its identity in the list; a number and a text may look alike."""
        return self.filter or f"{EMPTY}{self.text}"


def group_runs(
    column: Column, rows: Rows, keys: Sequence[RunKey], zone: tzinfo | None = None
) -> list[RunGroup]:
    """Group runs by the value of a column; by the day if it is the start time.

    Args:
        column: The column.
        rows: The table.
        keys: The runs.
        zone: Time zone of the days.

    Returns:
        The groups in the order of their values; runs without one last.
    """
    scalars = Cells(rows, keys).scalars(column)
    is_time = column.name == TIME.name
    if is_time:
        scalars = [None if value is None else _day(float(value), zone) for value in scalars]
    found: dict[object, list[RunKey]] = {}
    for key, value in zip(keys, scalars, strict=True):
        found.setdefault(None if value == "" else value, []).append(key)
    values = column_values(column, scalars, (rows.value(key, column.name) for key in keys))
    groups = []
    for text, _ in values.texts:
        if is_time:
            matching = f"time = {text}" if text[:1].isdecimal() else ""
        else:
            matching = values_filter(column, [text], [], empty=False)
        groups.append(RunGroup(text, matching, tuple(found[text])))
    together: dict[str, list[RunKey]] = {}  # numbers that the table shows alike
    for number, _ in values.numbers:
        together.setdefault(values.number_text(number), []).extend(found[number])
    for text, of_text in together.items():
        can_parse = text in ("yes", "no") or math.isfinite(float(text))
        matching = values_filter(column, [], [text], empty=False) if can_parse else ""
        groups.append(RunGroup(text, matching, tuple(of_text)))
    if values.empty:
        matching = values_filter(column, [], [], empty=True)
        groups.append(RunGroup(EMPTY, matching, tuple(found[None])))
    return groups


def _day(timestamp: float, zone: tzinfo | None) -> str:
    return format_full_time(timestamp, zone).partition(" ")[0]


def numeric_columns(columns: Sequence[Column], rows: Rows, keys: Sequence[RunKey]) -> list[Column]:
    """Return the columns that hold numbers in some of these runs; booleans are none."""
    return [
        column
        for column in columns
        if column.name != TIME.name
        and any(isinstance(rows.scalar(key, column.name), int | float) for key in keys)
        and not is_boolean(column, rows, keys)
    ]


def heading(column: Column, columns: Sequence[Column]) -> list[RowCell]:
    """Return the heading of the list."""
    titles = [RowCell(_leaf(column)), RowCell("Runs", right=True), RowCell("First–last")]
    return [*titles, *(RowCell(_leaf(each), right=True) for each in columns)]


def group_rows(
    groups: Sequence[RunGroup], rows: Rows, columns: Sequence[Column], statistic: str
) -> list[ListRow]:
    """Return the groups as rows of the list."""
    every = [key for group in groups for key in group.keys]
    by_column = [
        dict(zip(every, rows.scalars(column.name, every), strict=True)) for column in columns
    ]
    return [
        ListRow(
            group.id,
            (
                RowCell(visible(group.text), "quiet" if group.text == EMPTY else "text"),
                RowCell(str(len(group.keys)), right=True),
                RowCell(_run_range(group.keys), "quiet"),
                *(
                    RowCell(Numbers(map(cells.get, group.keys)).text_of(statistic), right=True)
                    for cells in by_column
                ),
            ),
        )
        for group in groups
    ]


def columns_that_fit(rows: Sequence[ListRow], headings: Sequence[RowCell], width: int) -> int:
    """Return how many cells of each row fit on a screen without clipping; at least three."""
    ends = accumulate(GAP + each for each in natural_widths(headings, rows))
    return max(3, sum(1 + end <= width for end in ends))


def _run_range(keys: Sequence[RunKey]) -> str:
    first, last = min(keys).run, max(keys).run
    return str(first) if first == last else f"{first}–{last}"


def _leaf(column: Column) -> str:
    return split_title(column.title)[-1]
