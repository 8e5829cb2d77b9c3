"""The content of an export: selected runs and variables, with plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..errors import DamnitError
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
"""Errors that mean there is nothing to compute, not that the code failed."""

VALUES_AT_ONCE = 60_000
"""Values held in memory at a time, about; others can write between batches."""

Progress = Callable[[int, int], bool]
"""Called with the numbers of runs done and in total; returns False to cancel."""
Cells = dict[tuple[RunKey, str], Plain]


class Cancelled(DamnitError):  # noqa: N818 – house style
    """The export was cancelled."""

    def __init__(self) -> None:
        super().__init__("The export was cancelled; nothing was written.")


@dataclass(frozen=True)
class TableSelection:
    """The part of the table to export, and its order; empty for all of it."""

    filter: str = ""
    """A filter (docs/filter.md)."""
    sort: str = ""
    """Comma-separated columns; prefix one with `-` for descending order."""
    columns: str = ""
    """Comma-separated columns, in this order."""
    keys: Sequence[RunKey] | None = None
    """Exactly these runs, in this order; overrides `filter` and `sort`."""
    names: Sequence[str] | None = None
    """Exactly these variables, in this order; overrides `columns`."""


@dataclass(frozen=True)
class ExportTable:
    """The run table, or a part of it, with plain values that are read during iteration."""

    columns: list[Column]
    runs: list[RunRow]
    read: Callable[[Sequence[RunKey]], Cells]
    """Reads the values of some runs."""
    notes: tuple[Note, ...] = ()
    """Comments on a point in time, not on a run."""
    progress: Progress = lambda _done, _total: True

    def lines(self) -> Iterator[tuple[RunRow, list[Plain]]]:
        """Yield each run with its values, column by column; reads in batches to save memory.

        Raises:
            Cancelled: If `progress` returns False.
            StoreError: If the database cannot be read.
        """
        total = len(self.runs)
        done = 0
        for portion in _portions(self.runs, len(self.columns)):
            if not self.progress(done, total):
                raise Cancelled
            cells = self.read([run.key for run in portion])
            for run in portion:
                yield run, [cells.get((run.key, column.name)) for column in self.columns]
            done += len(portion)
        self.progress(total, total)

    def rows(self) -> Iterator[list[Plain]]:
        """Yield the values of each run, after its proposal, number and start time."""
        for run, values in self.lines():
            start = None if run.start_time is None else format_time(run.start_time)
            yield [run.key.proposal, run.key.run, start, *values]

    def titles(self) -> list[str]:
        """Return the headers of the columns of `rows`."""
        return ["Proposal", "Run", "Timestamp", *(column.title for column in self.columns)]


def load_table(
    database: Database,
    choice: TableSelection | None = None,
    *,
    progress: Progress = lambda _done, _total: True,
) -> ExportTable:
    """Select the runs and variables of a table; their values are read during iteration.

    Args:
        database: The run database.
        choice: The part of the table; None for all.
        progress: Called while the table is filtered, and while it is read.

    Raises:
        Cancelled: If `progress` returns False.
        FilterError: If the filter is not valid, or a column does not exist.
        StoreError: If the database cannot be read.
    """
    choice = choice or TableSelection()
    with database.reading() as con:
        columns, runs, notes = load_columns(con), load_runs(con), load_notes(con)
    columns.sort(key=lambda column: (column.name != COMMENT, column.title.casefold()))
    wanted = _wanted_runs(runs, choice)
    shown = _wanted_columns(columns, choice)
    if choice.keys is None and (choice.filter or choice.sort):
        wanted = _select(database, wanted, columns, choice, progress)
    read = _reader(database, shown, {column.name: column.type for column in columns})
    return ExportTable(shown, wanted, read, tuple(notes), progress)


def _portions(runs: Sequence[RunRow], columns: int) -> Iterator[Sequence[RunRow]]:
    size = max(1, VALUES_AT_ONCE // max(1, columns))
    for start in range(0, len(runs), size):
        yield runs[start : start + size]


def _reader(
    database: Database, columns: Sequence[Column], types: dict[str, str | None]
) -> Callable[[Sequence[RunKey]], Cells]:
    names = [column.name for column in columns]

    def read(keys: Sequence[RunKey]) -> Cells:
        """Read the values; images and trendlines become markers."""
        with database.reading() as con:
            values = [
                # Complex numbers and arrays are shown with more than a marker.
                (load_value(con, stored.key, stored.name) or stored)
                if _is_unmarked(stored)
                else stored
                for stored in load_values(con, keys=keys, names=names)
            ]
        return {(v.key, v.name): plain_value(v, types.get(v.name)) for v in values}

    return read


def format_time(timestamp: float) -> str:
    """Format a time as ISO 8601, in UTC."""
    time = as_datetime(timestamp)
    return str(timestamp) if time is None else time.isoformat().replace("+00:00", "Z")


def as_datetime(timestamp: float) -> datetime | None:
    """Convert a timestamp to UTC; None if it is out of range."""
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def plain_value(stored: StoredValue, user_type: str | None) -> Plain:
    """Convert a stored value for export: a number, a boolean or text; errors become text."""
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


def _wanted_runs(runs: list[RunRow], choice: TableSelection) -> list[RunRow]:
    """Return the selected runs."""
    if choice.keys is None:
        return runs
    known = {run.key: run for run in runs}
    return [known[key] for key in choice.keys if key in known]


def _wanted_columns(columns: list[Column], choice: TableSelection) -> list[Column]:
    """Return the selected columns in order."""
    if choice.names is not None:
        names: Sequence[str] = choice.names
    elif choice.columns:
        names = [key.column.name for key in parse_sort(choice.columns, columns)]
    else:
        return columns
    known = {column.name: column for column in columns}
    return [known[name] for name in dict.fromkeys(names) if name in known]


def _select(
    database: Database,
    runs: list[RunRow],
    columns: list[Column],
    choice: TableSelection,
    progress: Progress,
) -> list[RunRow]:
    """Filter and sort; only the values of the sort columns stay in memory."""
    wanted, order = parse_filter(choice.filter, columns), parse_sort(choice.sort, columns)
    sorted_by = {key.column.name for key in order}
    names = None if wanted else list(sorted_by)
    by_key = {run.key: run for run in runs}
    shown: list[RunKey] = []
    kept: list[StoredValue] = []
    done = 0
    for portion in _portions(runs, len(columns) if wanted else len(sorted_by)):
        if not progress(done, len(runs)):
            raise Cancelled
        keys = [run.key for run in portion]
        with database.reading() as con:
            values = load_values(con, keys=keys, names=names)
        shown += wanted.select(ValueTable(portion, columns, values), keys)
        kept += [value for value in values if value.name in sorted_by]
        done += len(portion)
    found = ValueTable(runs, columns, kept)
    return [by_key[key] for key in sort_keys(found, shown, order)]


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
