"""What differs between two looks at a database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..model import Column, RunKey, RunRow, StoredValue
from .queries import fetch_all
from .runs import load_runs
from .settings import DB_ID, load_setting
from .values import load_values
from .variables import load_columns

Cell = tuple[RunKey, str]
"""A run and the name of a variable."""

_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Changes:
    """What happened to a database since the last look; false if nothing did."""

    is_new: bool = False
    """It is the first look, or another file: load everything again. `runs` and
    `columns` are complete then, `values` is empty."""
    runs: tuple[RunRow, ...] = ()
    """Those that are new or have another start time."""
    removed_runs: tuple[RunKey, ...] = ()
    values: tuple[StoredValue, ...] = ()
    """Those that are new or were written again; blobs stay in the database."""
    removed_values: tuple[Cell, ...] = ()
    """Cells that have no row any more, also those of removed runs."""
    columns: tuple[Column, ...] | None = None
    """All of them, if any changed; else None."""

    def __bool__(self) -> bool:
        """Tell whether anything happened."""
        return self != Changes()


class RowNames(NamedTuple):
    """Which variables of a run have a row, in few bytes: there may be a million rows."""

    text_hash: int
    bits: int


@dataclass(frozen=True)
class Look:
    """What a look at a database saw."""

    db_id: object
    runs: dict[RunKey, RunRow]
    columns: tuple[Column, ...]
    row_names: dict[RunKey, RowNames]
    recent: dict[Cell, StoredValue]
    """The values written after the time that was asked for."""
    newest: float
    """When the last value was written."""


class Looker:
    """Takes looks at one database and compares them; numbers the names it meets."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def look(self, con: sqlite3.Connection, before: Look | None, since: float) -> Look:
        """Take a look, inside the caller's transaction.

        Args:
            con: A connection for reading.
            before: The last look, whose work is used again where nothing changed.
            since: How far back to fetch values.
        """
        recent = {(value.key, value.name): value for value in load_values(con, since=since)}
        times = [value.timestamp for value in recent.values()]
        return Look(
            load_setting(con, DB_ID),
            {row.key: row for row in load_runs(con)},
            tuple(load_columns(con)),
            self._row_names(con, before.row_names if before else {}),
            recent,
            max([before.newest if before else since, *times]),
        )

    def compare(self, con: sqlite3.Connection, before: Look, after: Look, since: float) -> Changes:
        """Tell what happened between two looks, inside the transaction of the second."""
        changed = {
            cell: value for cell, value in after.recent.items() if before.recent.get(cell) != value
        }
        changed.update(self._written_long_ago(con, before, after))
        removed = [
            (key, name)
            for key, old in before.row_names.items()
            for name in self._names(old.bits & ~_bits(after, key))
        ]
        if before.db_id != after.db_id or _went_back(before, after, removed, since):
            return all_new(after)
        return Changes(
            runs=tuple(row for key, row in after.runs.items() if before.runs.get(key) != row),
            removed_runs=tuple(key for key in before.runs if key not in after.runs),
            values=tuple(changed.values()),
            removed_values=tuple(removed),
            columns=after.columns if after.columns != before.columns else None,
        )

    def _row_names(
        self, con: sqlite3.Connection, before: dict[RunKey, RowNames]
    ) -> dict[RunKey, RowNames]:
        # Read from the index alone, and grouped by SQLite: quicker than a row per value.
        sql = (
            "SELECT proposal, run, group_concat(name, ?) FROM run_variables "
            "WHERE typeof(proposal) = 'integer' AND typeof(run) = 'integer' "
            "GROUP BY proposal, run"
        )
        found = {}
        for proposal, run, text in fetch_all(con, sql, (_SEPARATOR,)):
            key, text_hash = RunKey(proposal, run), hash(text)
            old = before.get(key)
            if old is not None and old.text_hash == text_hash:
                found[key] = old
            else:
                found[key] = RowNames(text_hash, self._encode(text or ""))
        return found

    def _encode(self, text: str) -> int:
        bits = 0
        for name in text.split(_SEPARATOR):
            bits |= 1 << self._numbers.setdefault(name, len(self._numbers))
        return bits

    def _names(self, bits: int) -> Iterator[str]:
        if bits:
            yield from (name for name, number in self._numbers.items() if bits >> number & 1)

    def _written_long_ago(
        self, con: sqlite3.Connection, before: Look, after: Look
    ) -> dict[Cell, StoredValue]:
        """Load rows that are new but carry an old time, say copied from another database."""
        cells = {
            (key, name)
            for key, new in after.row_names.items()
            for name in self._names(new.bits & ~_bits(before, key))
            if (key, name) not in after.recent
        }
        if not cells:
            return {}
        keys, names = {key for key, _ in cells}, {name for _, name in cells}
        loaded = load_values(con, keys=keys, names=names)
        found = {(value.key, value.name): value for value in loaded}
        return {cell: value for cell, value in found.items() if cell in cells}


def all_new(look: Look) -> Changes:
    """Tell to start afresh."""
    return Changes(is_new=True, runs=tuple(look.runs.values()), columns=look.columns)


def _bits(look: Look, key: RunKey) -> int:
    names = look.row_names.get(key)
    return names.bits if names else 0


def _went_back(before: Look, after: Look, removed: list[Cell], since: float) -> bool:
    """Tell whether an older copy took the place of the database: recent rows are old again."""
    gone = {
        cell
        for cell, value in before.recent.items()
        if value.timestamp > since and cell not in after.recent
    }
    return bool(gone.difference(removed))
