"""Runs grouped by the values of a column, with a statistic of the other columns. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import tzinfo
from enum import StrEnum
from typing import NamedTuple

from damnit_daemon.model import Column, RunKey
from damnit_daemon.model.sanitize import format_number
from damnit_daemon.query.cells import Cells

from ..fixed_columns import TIME
from ..format import format_full_time
from ..sanitize import visible
from ..table.column_values import column_values, values_filter
from ..table.layout import split_title
from ..table.rows import Rows
from ..table.statistics import Numbers
from ..widgets.row_list import ListRow, RowCell

EMPTY = "(empty)"
MOST_COLUMNS = 12
"""More would not fit on the screen."""


class GroupOrder(StrEnum):
    """Sort order of the groups."""

    VALUE = "by value"
    COUNT = "largest first"


class RunGroup(NamedTuple):
    """Runs with the same value."""

    text: str
    """The value as the table shows it."""
    filter: str
    """Matches these runs, whatever else is filtered."""
    keys: tuple[RunKey, ...]


def group_runs(
    column: Column, rows: Rows, keys: Sequence[RunKey], zone: tzinfo | None = None
) -> list[RunGroup]:
    """RunGroup runs by the value of a column; by the day if it is the start time.

    Args:
        column: The column.
        rows: The table.
        keys: The runs.
        zone: Time zone of the days.

    Returns:
        The groups in the order of their values; runs without one last.
    """
    scalars = Cells(rows, keys).scalars(column)
    if column.name == TIME.name:
        scalars = [
            value if value is None else format_full_time(float(value), zone).partition(" ")[0]
            for value in scalars
        ]
    found: dict[object, list[RunKey]] = {}
    for key, value in zip(keys, scalars, strict=True):
        found.setdefault(None if value == "" else value, []).append(key)
    values = column_values(column, scalars, (rows.value(key, column.name) for key in keys))
    groups = []
    for text, _ in values.texts:
        is_day = column.name == TIME.name
        matching = f"time = {text}" if is_day else values_filter(column, [text], [], empty=False)
        groups.append(RunGroup(text, matching, tuple(found[text])))
    for number, _ in values.numbers:
        text = values.number_text(number)
        matching = values_filter(column, [], [text], empty=False)
        groups.append(RunGroup(text, matching, tuple(found[number])))
    if values.empty:
        matching = values_filter(column, [], [], empty=True)
        groups.append(RunGroup(EMPTY, matching, tuple(found[None])))
    return groups


def numeric_columns(columns: Sequence[Column], rows: Rows, keys: Sequence[RunKey]) -> list[Column]:
    """Return the columns that hold numbers in some of these runs."""
    return [
        column
        for column in columns
        if column.name != TIME.name
        and any(isinstance(value, int | float) for value in rows.scalars(column.name, keys))
    ]


def heading(column: Column, columns: Sequence[Column]) -> list[RowCell]:
    """Return the heading of the list."""
    titles = [RowCell(_leaf(column)), RowCell("Runs", right=True), RowCell("First–last")]
    return [*titles, *(RowCell(_leaf(each), right=True) for each in columns)]


def group_rows(
    groups: Sequence[RunGroup], rows: Rows, columns: Sequence[Column], statistic: str
) -> list[ListRow]:
    """Return the groups as rows of the list."""
    return [
        ListRow(
            group.text,
            (
                RowCell(visible(group.text), "quiet" if group.text == EMPTY else "text"),
                RowCell(str(len(group.keys)), right=True),
                RowCell(_run_range(group.keys), "quiet"),
                *(
                    RowCell(_statistic(rows, column, group.keys, statistic), right=True)
                    for column in columns
                ),
            ),
        )
        for group in groups
    ]


def _statistic(rows: Rows, column: Column, keys: Sequence[RunKey], statistic: str) -> str:
    number = Numbers.of(rows.scalars(column.name, keys)).statistic(statistic)
    return "" if math.isnan(number) else format_number(number)


def _run_range(keys: Sequence[RunKey]) -> str:
    first, last = min(keys).run, max(keys).run
    return str(first) if first == last else f"{first}–{last}"


def _leaf(column: Column) -> str:
    return split_title(column.title)[-1]
