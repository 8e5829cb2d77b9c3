"""What goes into an export: some runs and variables, with plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..model import Blob, BlobKind, Column, RunKey, RunRow, StoredValue
from ..query import ValueTable, parse_filter, parse_sort, sort_keys
from ..store import (
    Database,
    Note,
    decode_value,
    load_columns,
    load_notes,
    load_runs,
    load_value,
    load_values,
)

Plain = int | float | str | bool | None

COMMENT = "comment"
MARKERS = {
    BlobKind.PNG: "<image>",
    BlobKind.TRENDLINE: "<trendline>",
    BlobKind.UNKNOWN: "<unknown>",
}
MISSING = frozenset({"Skip", "SourceNameError"})
"""Errors that say there is nothing to compute, rather than that something broke."""

RUNS_AT_ONCE = 200
"""Read in one query; between them others can write."""


@dataclass(frozen=True)
class Choice:
    """Which part of the table, in which order; empty: all of it."""

    filter: str = ""
    """In the filter language (docs/filter.md)."""
    sort: str = ""
    """Columns with commas between; `-` before one: the largest first."""
    columns: str = ""
    """Columns with commas between, in this order."""
    keys: Sequence[RunKey] | None = None
    """Exactly these runs, in this order; `filter` and `sort` do not count then."""
    names: Sequence[str] | None = None
    """Exactly these variables, in this order; `columns` does not count then."""


@dataclass(frozen=True)
class Table:
    """All of the run table, or a part, with plain values."""

    columns: list[Column]
    runs: list[RunRow]
    cells: dict[tuple[RunKey, str], Plain]
    notes: tuple[Note, ...] = ()
    """Comments that belong to a time, not to a run."""

    def rows(self) -> Iterator[list[Plain]]:
        """Yield the values of each run, after its proposal, number and start time."""
        for run in self.runs:
            start = None if run.start_time is None else format_time(run.start_time)
            yield [run.key.proposal, run.key.run, start, *self.values(run.key)]

    def values(self, key: RunKey) -> list[Plain]:
        """The values of one run, column by column."""
        return [self.cells.get((key, column.name)) for column in self.columns]

    def titles(self) -> list[str]:
        """What stands above the columns of `rows`."""
        return ["Proposal", "Run", "Timestamp", *(column.title for column in self.columns)]


def load_table(
    database: Database,
    choice: Choice | None = None,
    *,
    progress: Callable[[int, int], bool] = lambda _done, _total: True,
) -> Table:
    """Load the table, or a part; of pictures and trendlines, that there is one.

    Args:
        database: Where the runs are.
        choice: Which part; None for all.
        progress: Told how many of how many runs are read; ends it by returning False,
            with the runs that were read until then.

    Raises:
        FilterError: If the filter is wrong, or a column is not there.
        StoreError: If the database cannot be read.
    """
    choice = choice or Choice()
    with database.reading() as con:
        columns, runs, notes = load_columns(con), load_runs(con), load_notes(con)
        columns.sort(key=lambda column: (column.name != COMMENT, column.title.casefold()))
        wanted = _wanted_runs(runs, choice)
        shown_columns = _wanted_columns(columns, choice)
        # A filter may ask for other variables than are shown.
        needs_all = choice.keys is None and bool(choice.filter or choice.sort)
        names = None if needs_all else [column.name for column in shown_columns]
        values: list[StoredValue] = []
        for start in range(0, len(wanted), RUNS_AT_ONCE):
            if not progress(start, len(wanted)):
                wanted = wanted[:start]
                break
            portion = [run.key for run in wanted[start : start + RUNS_AT_ONCE]]
            values += [
                # Of complex numbers and arrays more is shown than that there is one.
                load_value(con, stored.key, stored.name) or stored
                if _is_unmarked(stored)
                else stored
                for stored in load_values(con, keys=portion, names=names)
            ]
    progress(len(wanted), len(wanted))
    types = {column.name: column.type for column in columns}
    if choice.keys is None:
        wanted = _select(wanted, columns, values, choice)
    cells = {(v.key, v.name): plain_value(v, types.get(v.name)) for v in values}
    return Table(shown_columns, wanted, cells, tuple(notes))


def format_time(timestamp: float) -> str:
    """Format a time as ISO 8601, in UTC."""
    time = as_datetime(timestamp)
    return str(timestamp) if time is None else time.isoformat().replace("+00:00", "Z")


def as_datetime(timestamp: float) -> datetime | None:
    """A time in UTC; None if it is in no year that there is."""
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def plain_value(stored: StoredValue, user_type: str | None) -> Plain:
    """A value as an export has it: a number, a truth, or text; errors as text."""
    if stored.value is None:
        return _error_text(stored)
    if isinstance(stored.value, Blob):
        return MARKERS.get(stored.value.kind, MARKERS[BlobKind.UNKNOWN])
    value = decode_value(stored)
    if user_type == "boolean" and isinstance(value, int):
        return bool(value)
    if value is None or isinstance(value, (int, float, str)):
        return value
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, bytes):
        return MARKERS[BlobKind.UNKNOWN]
    return f"{value.dtype}: {value.shape}"


def _wanted_runs(runs: list[RunRow], choice: Choice) -> list[RunRow]:
    """The runs to be read."""
    if choice.keys is None:
        return runs
    known = {run.key: run for run in runs}
    return [known[key] for key in choice.keys if key in known]


def _wanted_columns(columns: list[Column], choice: Choice) -> list[Column]:
    """The columns to be shown, in their order."""
    if choice.names is not None:
        names: Sequence[str] = choice.names
    elif choice.columns:
        names = [key.column.name for key in parse_sort(choice.columns, columns)]
    else:
        return columns
    known = {column.name: column for column in columns}
    return [known[name] for name in dict.fromkeys(names) if name in known]


def _select(
    runs: list[RunRow], columns: list[Column], values: list[StoredValue], choice: Choice
) -> list[RunRow]:
    """Filter and sort what was read."""
    found = ValueTable(runs, columns, values)
    by_key = {run.key: run for run in runs}
    shown = parse_filter(choice.filter, columns).select(found, by_key)
    shown = sort_keys(found, shown, parse_sort(choice.sort, columns))
    return [by_key[key] for key in shown]


def _is_unmarked(stored: StoredValue) -> bool:
    return isinstance(stored.value, Blob) and stored.value.kind not in MARKERS


def _error_text(stored: StoredValue) -> str | None:
    attributes = stored.attributes
    message = attributes.get("error")
    if message is None:
        return None
    kind = attributes.get("error_cls")
    if kind in MISSING:
        return f"» {message}"
    if not kind or kind == "DependencyError":
        return f"✗ {message}"
    return f"✗ {kind}: {message}" if message else f"✗ {kind}"
