"""Journal of manual edits: who changed which value, and the value before."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ..model import RunKey
from ..store.sql import Row, fetch_all
from . import row_types
from .row_types import parse_rows

EditedValue = int | float | str | bytes | None


@dataclass(frozen=True)
class Edit:
    """Manual edit of a value."""

    made_at: float
    """Unix seconds UTC."""
    author: str
    run_key: RunKey
    name: str
    """Name of the variable."""
    old: EditedValue
    new: EditedValue


def append_edit(con: sqlite3.Connection, edit: Edit) -> int:
    """Record an edit; return its number."""
    added = con.execute(
        "INSERT INTO edits (made_at, author, proposal, run, name, old, new) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (edit.made_at, edit.author, *edit.run_key, edit.name, edit.old, edit.new),
    )
    assert added.lastrowid is not None
    return added.lastrowid


def load_edits(
    con: sqlite3.Connection,
    *,
    key: RunKey | None = None,
    name: str | None = None,
    limit: int = 100,
) -> list[Edit]:
    """Load edits, newest first; only those of a run, or of a variable, if given."""
    conditions = []
    parameters: list[int | str] = []
    if key is not None:
        conditions.append("proposal = ? AND run = ?")
        parameters += key
    if name is not None:
        conditions.append("name = ?")
        parameters.append(name)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = (
        "SELECT made_at, author, proposal, run, name, old, new "
        f"FROM edits {where} ORDER BY id DESC LIMIT ?"
    )
    return parse_rows(_edit, fetch_all(con, sql, (*parameters, limit)))


def _edit(row: Row) -> Edit:
    made_at, author, proposal, run, name, old, new = row
    key = row_types.run_key(proposal, run)
    return Edit(
        row_types.time(made_at), row_types.text(author), key, row_types.text(name), old, new
    )
