"""The content of an export: selected runs and variables, with plain values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from ..derived import load_cells, load_derived
from ..errors import DamnitError
from ..model import Column, Failure, RunKey, RunRow
from ..model.value import describe_blob
from ..query import SummaryTable, parse_filter, parse_sort, sort_keys
from ..query.cells import LABELS
from ..runner.file_format import BOOLEAN
from ..store import (
    Database,
    Note,
    load_boolean_names,
    load_columns,
    load_content,
    load_notes,
    load_runs,
)

if TYPE_CHECKING:
    from ..derived import Definition, DerivedColumns

Plain = int | float | str | bool | None

COMMENT = "comment"
MISSING = frozenset({"Skip", "SourceNameError"})
"""Errors that mean there is nothing to compute, not that the code failed."""

VALUES_AT_ONCE = 60_000
"""Values held in memory at a time, about; others can write between batches."""

Progress = Callable[[int, int], bool]
"""Called with the numbers of runs done and in total; returns False to cancel."""
PlainColumns = Mapping[str, Sequence[Plain]]
"""For each variable its cells, one for each run."""


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
    derive: Sequence[str | Definition] = ()
    """Further derived columns, besides those shared in the folder: `hits / pulses as rate`."""


@dataclass(frozen=True)
class ExportTable:
    """The run table, or a part of it, with plain values that are read during iteration."""

    columns: list[Column]
    runs: list[RunRow]
    read: Callable[[Sequence[RunRow]], PlainColumns]
    """Reads the cells of some runs, column by column."""
    notes: tuple[Note, ...] = ()
    """Comments on a point in time, not on a run."""
    progress: Progress = lambda _done, _total: True
    has_others: bool = False
    """True if the database has other runs."""

    def why_empty(self) -> str:
        """Say why there are no runs, and what to do; empty if there are some."""
        if self.runs:
            return ""
        if self.has_others:
            return "no runs match the filter."
        return (
            "no runs yet. Process them as they arrive (damnit-daemon start), or those that have "
            "files (damnit-daemon reprocess all --direct)."
        )

    def lines(self) -> Iterator[tuple[RunRow, Sequence[Plain]]]:
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
            read = self.read(portion)
            empty = [None] * len(portion)
            cells = [
                [run.label_text for run in portion]
                if column == LABELS
                else read.get(column.name, empty)
                for column in self.columns
            ]
            rows = zip(*cells, strict=True) if cells else [()] * len(portion)
            yield from zip(portion, rows, strict=True)
            done += len(portion)
        self.progress(total, total)

    def rows(self) -> Iterator[list[Plain]]:
        """Yield the values of each run, after its proposal, number and start time."""
        for run, values in self.lines():
            start = None if run.start_time is None else format_time(run.start_time)
            yield [*run.key, start, *values]

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
        FilterError: If the filter is not valid, or a column does not exist or has nothing to
            sort by.
        StoreError: If the database cannot be read.
    """
    choice = choice or TableSelection()
    with database.reading() as con:
        columns, runs, notes = load_columns(con), load_runs(con), load_notes(con)
        booleans = load_boolean_names(con)
    derived = load_derived(database.path.parent, columns, choice.derive)
    if derived is not None:
        columns += derived.columns
        booleans |= derived.booleans
    columns.sort(key=lambda column: (column.name != COMMENT, column.title.casefold()))
    selected = _selected_runs(runs, choice)
    booleans |= {column.name for column in columns if column.type == BOOLEAN}
    shown = _selected_columns(columns, choice)
    if choice.keys is None and (choice.filter or choice.sort):
        selected = _select(database, selected, columns, derived, choice, progress)
    are_all = len(shown) == len(columns)
    read = _reader(database, shown, booleans, derived, are_all=are_all)
    has_others = len(selected) < len(runs)
    return ExportTable(shown, selected, read, tuple(notes), progress, has_others)


def _portions(runs: Sequence[RunRow], columns: int) -> Iterator[Sequence[RunRow]]:
    size = max(1, VALUES_AT_ONCE // max(1, columns))
    for start in range(0, len(runs), size):
        yield runs[start : start + size]


def _reader(
    database: Database,
    columns: Sequence[Column],
    booleans: Collection[str],
    derived: DerivedColumns | None,
    *,
    are_all: bool,
) -> Callable[[Sequence[RunRow]], PlainColumns]:
    names = None if are_all else [column.name for column in columns]

    def read(runs: Sequence[RunRow]) -> PlainColumns:
        """Read the cells; images and trendlines become markers."""
        with database.reading() as con:
            found = load_cells(con, runs, derived, names=names)
        for name, cells in found.items():
            if name in booleans:
                cells = [bool(c) if type(c) is int and c in (0, 1) else c for c in cells]
                found[name] = cells
            if not _PLAIN.issuperset(map(type, cells)):
                found[name] = [c if type(c) in _PLAIN else plain_value(c) for c in cells]
        return found

    return read


_PLAIN = frozenset({int, float, str, bool, type(None)})


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


def plain_value(cell: Any) -> Plain:
    """Convert a cell for export: numbers and texts stay, anything else becomes text."""
    if isinstance(cell, Failure):
        return _error_text(cell)
    return str(cell) if isinstance(cell, complex) else describe_blob(cell)


def _selected_runs(runs: list[RunRow], choice: TableSelection) -> list[RunRow]:
    """Return the selected runs."""
    if choice.keys is None:
        return runs
    known = {run.key: run for run in runs}
    return [known[key] for key in choice.keys if key in known]


def _selected_columns(columns: list[Column], choice: TableSelection) -> list[Column]:
    """Return the selected columns in order."""
    if choice.names is not None:
        names: Sequence[str] = choice.names
    elif choice.columns:
        names = [key.column.name for key in parse_sort(choice.columns, columns)]
    else:
        return columns
    known = {column.name: column for column in (LABELS, *columns)}
    return [known[name] for name in dict.fromkeys(names) if name in known]


def _select(
    database: Database,
    runs: list[RunRow],
    columns: list[Column],
    derived: DerivedColumns | None,
    choice: TableSelection,
    progress: Progress,
) -> list[RunRow]:
    """Filter and sort; only the values of the sort columns stay in memory."""
    with database.reading() as con:
        content = partial(load_content, con)
        selected = parse_filter(choice.filter, columns, content=content)
        order = parse_sort(choice.sort, columns, content)
    sorted_by = {key.column.name for key in order}
    names = None if selected else list(sorted_by)
    by_key = {run.key: run for run in runs}
    shown: list[RunKey] = []
    kept: dict[str, list[Any]] = {name: [] for name in sorted_by}
    done = 0
    for portion in _portions(runs, len(columns) if selected else len(sorted_by)):
        if not progress(done, len(runs)):
            raise Cancelled
        keys = [run.key for run in portion]
        with database.reading() as con:
            cells = load_cells(con, portion, derived, names=names)
        shown += selected.select(SummaryTable(portion, columns, cells), keys)
        for name, column in kept.items():
            column += cells.get(name) or [None] * len(keys)
        done += len(portion)
    return [by_key[key] for key in sort_keys(SummaryTable(runs, columns, kept), shown, order)]


@lru_cache(maxsize=4096)
def _error_text(failure: Failure) -> str:
    message, kind = failure
    if kind in MISSING:
        return f"» {message}"
    if not kind or kind == "DependencyError":
        return f"✗ {message}"
    return f"✗ {kind}: {message}" if message else f"✗ {kind}"
