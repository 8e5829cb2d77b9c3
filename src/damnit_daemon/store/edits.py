"""Changes by hand, made only where a value still is what somebody saw."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..model import RunKey, StoredValue
from .errors import StoreError
from .identifiers import COMMENT
from .runs import ensure_run
from .save_values import NewValue, save_values
from .sql import fetch_all

MANUAL_PROVENANCE = "manual-input"
"""What DAMNIT's window notes for values that people typed."""

Plain = int | float | str | None
"""What people type: numbers and text; None for nothing."""


class ValueEdit(NamedTuple):
    """A value that somebody typed for a cell."""

    key: RunKey
    name: str
    old: Plain
    """What the cell held when it was typed."""
    new: Plain
    type: str | None = None
    """Of which type the user variable was when it was typed; None: that does not matter."""


class Conflict(NamedTuple):
    """A cell that somebody else has changed meanwhile."""

    change: ValueEdit
    found: int | float | str | bytes | None
    """What it holds now."""


class EditConflict(StoreError):  # noqa: N818 – house style
    """Cells hold something else than was seen; nothing was written.

    Attributes:
        conflicts: Which.
    """

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        cells = "1 cell" if len(conflicts) == 1 else f"{len(conflicts)} cells"
        super().__init__(f"Somebody else has changed {cells} meanwhile.")
        self.conflicts = tuple(conflicts)


class TypeLost(StoreError):  # noqa: N818 – house style
    """A user variable is gone, or of another type than what was typed for it."""

    def __init__(self, name: str, type_name: str | None, *, is_there: bool) -> None:
        what = (
            f"made {name} a {type_name or 'computed'} variable" if is_there else f"deleted {name}"
        )
        super().__init__(f"Somebody else has {what} meanwhile.")


def save_changes(
    con: sqlite3.Connection, changes: Iterable[ValueEdit], *, now: float
) -> list[StoredValue]:
    """Write all changes, or none if a cell is not what it was; returns them as they are stored.

    A cell that holds already what is wanted is left alone.

    Args:
        con: A connection from `Database.writing`.
        changes: At most one for each cell.
        now: The time of writing.

    Raises:
        EditConflict: If a cell was changed by somebody else.
        TypeLost: If a variable is not of the type any more that was typed.
        StoreError: If a variable has a name that cannot be written.
    """
    changes = list(changes)
    _require_types(con, {change.name: change.type for change in changes if change.type})
    wanted, conflicts = [], []
    for change in changes:
        found = load_plain(con, change.key, change.name)
        if same_value(found, change.new):
            continue
        if same_value(found, change.old):
            wanted.append(
                NewValue(change.key, change.name, change.new, provenance=MANUAL_PROVENANCE)
            )
        else:
            conflicts.append(Conflict(change, found))
    if conflicts:
        raise EditConflict(conflicts)
    report = save_values(con, wanted, now=now, keep_newer=False)
    if report.rejected:
        key, name, reason = report.rejected[0]
        raise StoreError(f"{name!r} of {key} cannot be written: {reason}.")
    return report.written


def _require_types(con: sqlite3.Connection, types: dict[str, str]) -> None:
    """Make sure that variables are of the types that were typed for them."""
    sql = "SELECT CAST(type AS TEXT) FROM variables WHERE name = ?"
    for name, wanted in types.items():
        found = fetch_all(con, sql, (name,))
        if not found or found[0][0] != wanted:
            raise TypeLost(name, found[0][0] if found else None, is_there=bool(found))


def load_plain(con: sqlite3.Connection, key: RunKey, name: str) -> int | float | str | bytes | None:
    """Load what a cell holds; None for nothing."""
    sql = (
        "SELECT value FROM run_variables "
        "WHERE proposal = ? AND run = ? AND name = ? AND version = 1"
    )
    rows = fetch_all(con, sql, (*key, name))
    value: int | float | str | bytes | None = rows[0][0] if rows else None
    return value


def same_value(one: object, other: object) -> bool:
    """Tell whether two values are the same to somebody who sees them: empty text is none."""
    one, other = ("" if value is None else value for value in (one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other and isinstance(one, float) == isinstance(other, float)
    return type(one) is type(other) and one == other


def add_empty_runs(
    con: sqlite3.Connection, proposal: int, number: int, *, now: float
) -> list[RunKey]:
    """List runs that have not been taken yet, after the last one there is.

    Args:
        con: A connection from `Database.writing`.
        proposal: Of which proposal.
        number: How many.
        now: The time of writing.
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
    empty = [NewValue(key, COMMENT, None, provenance="") for key in keys]  # as DAMNIT's window does
    save_values(con, empty, now=now)
    return keys
