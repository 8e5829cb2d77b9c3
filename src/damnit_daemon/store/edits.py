"""Manual edits, applied only where the value is still the one the user saw."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..model import RunKey, StoredValue
from ..text import count_of
from .errors import StoreError
from .identifiers import COMMENT
from .runs import ensure_run
from .save_values import NewValue, save_values
from .sql import fetch_all

MANUAL_PROVENANCE = "manual-input"
"""Provenance that DAMNIT's window stores for typed values."""

Plain = int | float | str | None
"""Typed values: numbers and text; None for an empty cell."""


class ValueEdit(NamedTuple):
    """Value typed into a cell."""

    key: RunKey
    name: str
    old: Plain
    """Content of the cell when the value was typed."""
    new: Plain
    type: str | None = None
    """Type of the user variable when the value was typed; None to skip the check."""


class Conflict(NamedTuple):
    """Cell that another user has changed meanwhile."""

    change: ValueEdit
    found: int | float | str | bytes | None
    """Its current content."""


class EditConflict(StoreError):  # noqa: N818 – house style
    """Raised when cells differ from what the user saw; nothing is written.

    Attributes:
        conflicts: The cells concerned.
    """

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        cells = count_of(len(conflicts), "cell")
        super().__init__(f"Another user has changed {cells}.")
        self.conflicts = tuple(conflicts)


class TypeLost(StoreError):  # noqa: N818 – house style
    """Raised when a user variable was deleted or has changed its type since the value was typed."""

    def __init__(self, name: str, type_name: str | None, *, is_there: bool) -> None:
        what = (
            f"changed {name} to a {type_name or 'computed'} variable"
            if is_there
            else f"deleted {name}"
        )
        super().__init__(f"Another user has {what}.")


def save_changes(
    con: sqlite3.Connection, changes: Iterable[ValueEdit], *, now: float
) -> list[StoredValue]:
    """Apply all edits, or none if a cell has changed; returns the values as stored.

    Cells that already hold the new value are left alone.

    Args:
        con: A connection from `Database.writing`.
        changes: At most one per cell.
        now: Time of writing.

    Raises:
        EditConflict: If another user has changed a cell.
        TypeLost: If a variable no longer has the type the value was typed for.
        StoreError: If a variable has an invalid name.
    """
    changes = list(changes)
    _require_types(con, {change.name: change.type for change in changes if change.type})
    to_save, conflicts = [], []
    for change in changes:
        found = load_plain(con, change.key, change.name)
        if same_value(found, change.new):
            continue
        if same_value(found, change.old):
            to_save.append(
                NewValue(change.key, change.name, change.new, provenance=MANUAL_PROVENANCE)
            )
        else:
            conflicts.append(Conflict(change, found))
    if conflicts:
        raise EditConflict(conflicts)
    report = save_values(con, to_save, now=now, keep_newer=False)
    if report.rejected:
        key, name, reason = report.rejected[0]
        raise StoreError(f"{name!r} of {key} cannot be written: {reason}.")
    return report.written


def _require_types(con: sqlite3.Connection, types: dict[str, str]) -> None:
    """Check that variables still have the types their values were typed for."""
    sql = "SELECT CAST(type AS TEXT) FROM variables WHERE name = ?"
    for name, expected in types.items():
        found = fetch_all(con, sql, (name,))
        if not found or found[0][0] != expected:
            raise TypeLost(name, found[0][0] if found else None, is_there=bool(found))


def load_plain(con: sqlite3.Connection, key: RunKey, name: str) -> int | float | str | bytes | None:
    """Load the content of a cell; None if it is empty."""
    sql = (
        "SELECT value FROM run_variables "
        "WHERE proposal = ? AND run = ? AND name = ? AND version = 1"
    )
    rows = fetch_all(con, sql, (*key, name))
    value: int | float | str | bytes | None = rows[0][0] if rows else None
    return value


def same_value(one: object, other: object) -> bool:
    """Return True if two values look the same to a user: empty text equals None."""
    one, other = ("" if value is None else value for value in (one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other and isinstance(one, float) == isinstance(other, float)
    return type(one) is type(other) and one == other


def add_empty_runs(
    con: sqlite3.Connection, proposal: int, number: int, *, now: float
) -> list[RunKey]:
    """List future runs, following the last existing one.

    Args:
        con: A connection from `Database.writing`.
        proposal: Proposal of the runs.
        number: Number of runs.
        now: Time of writing.
    """
    sql = (
        "SELECT max(run) FROM (SELECT run FROM run_info WHERE proposal = ?1 AND "
        "typeof(run) = 'integer' UNION ALL "
        "SELECT max(run) FROM run_variables WHERE proposal = ?1 AND typeof(run) = 'integer')"
    )
    ((last,),) = fetch_all(con, sql, (proposal,))
    keys = [RunKey(proposal, (last or 0) + step) for step in range(1, number + 1)]
    for key in keys:
        ensure_run(con, key, added_at=now)
    empty = [NewValue(key, COMMENT, None, provenance="") for key in keys]  # as in DAMNIT's window
    save_values(con, empty, now=now)
    return keys
