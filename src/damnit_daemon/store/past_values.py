"""Values that cells had before, in a table of ours that DAMNIT ignores.

The table is created when a value is first replaced by another one. It is in the run database, so
that the transaction that replaces a value keeps the old one, and a copy of the folder has both.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from ..model import Blob, RunKey, StoredValue
from ..model.value import blob_kind
from ..runner.file_format import (
    COMPUTED_AT,
    CONTEXT_HASH,
    DURATION_S,
    FINGERPRINT,
    JOB,
    USED_PARAMETERS,
)
from ..settings import KEPT_VALUES, MOST_KEPT_VALUES
from .settings import load_setting
from .sql import Row, fetch_all, has_columns

TABLE = "tui_past_values"
"""With a prefix: DAMNIT may some day have a history of its own."""
DEFAULT_KEPT = 10
"""Earlier values kept of each cell, unless the folder's setting says otherwise."""
LARGEST = 4096
"""Bytes of a blob that is kept, and characters of a text; of larger ones, only the size and
the beginning."""
LONGEST_ATTRIBUTES = 16_384

_CREATE = f"""CREATE TABLE IF NOT EXISTS {TABLE}(
    proposal INTEGER NOT NULL, run INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
    value, blob_bytes INTEGER, timestamp REAL, max_diff REAL, provenance TEXT, summary_type TEXT,
    attributes TEXT, replaced_at REAL, PRIMARY KEY (proposal, run, name, number)) WITHOUT ROWID"""
_COLUMNS = (
    *("proposal", "run", "name", "number", "value", "blob_bytes", "timestamp", "max_diff"),
    *("provenance", "summary_type", "attributes", "replaced_at"),
)
_CELL = "proposal = ?1 AND run = ?2 AND name = ?3"
_LAST = f"(SELECT max(number) FROM {TABLE} WHERE {_CELL})"
_KEEP = f"""INSERT OR REPLACE INTO {TABLE} ({", ".join(_COLUMNS)})
    VALUES (?1, ?2, ?3, coalesce({_LAST}, 0) + 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"""
_PRUNE = f"DELETE FROM {TABLE} WHERE {_CELL} AND number <= {_LAST} - ?4"
_KEPT_ATTRIBUTES = (
    *(COMPUTED_AT, DURATION_S, CONTEXT_HASH, FINGERPRINT, JOB, USED_PARAMETERS),
    *("error_cls", "units"),
)


class PastValue(NamedTuple):
    """Value that a cell had before."""

    stored: StoredValue
    """As it was in `run_variables`; a `Blob` stands for one that was too large to be kept."""
    replaced_at: float | None
    """When another value took its place, Unix seconds UTC."""


def keep_past_values(
    con: sqlite3.Connection, replaced: Sequence[tuple[StoredValue, StoredValue]], *, now: float
) -> None:
    """Add values to the earlier ones of their cells, where the new ones look different.

    Never fails because of another program's rows: new results are worth more than old ones.

    Args:
        con: The connection that replaces them.
        replaced: Each old value with the one that takes its place.
        now: Time of writing.
    """
    rows = [_row(old, now) for old, new in replaced if _differ(old, new)]
    if not rows:
        return
    stored = load_setting(con, KEPT_VALUES, DEFAULT_KEPT)
    kept = min(stored if isinstance(stored, int) else DEFAULT_KEPT, MOST_KEPT_VALUES)
    if kept <= 0:
        return
    con.execute(_CREATE)
    if has_columns(con, TABLE, _COLUMNS):
        con.executemany(_KEEP, rows)
        con.executemany(_PRUNE, [(*row[:3], kept) for row in rows])


def _differ(old: StoredValue, new: StoredValue) -> bool:
    """Return True if a user sees another value, or another reason for none."""
    if (old.value, old.summary_type, old.max_diff) != (new.value, new.summary_type, new.max_diff):
        return True
    return old.value is None and old.failure != new.failure


def _row(old: StoredValue, now: float) -> Row:
    value, size = old.value, None
    if isinstance(value, bytes):
        size = len(value)
        value = value if size <= LARGEST else value[:8]  # it tells the kind
    elif isinstance(value, str) and len(value) > LARGEST:
        value = f"{value[:LARGEST]}…"
    return (
        *(*old.key, old.name, value, size, old.timestamp, old.max_diff),
        *(old.provenance, old.summary_type, _bounded(old), now),
    )


def load_past_values(con: sqlite3.Connection, key: RunKey, name: str) -> list[PastValue]:
    """Load the values that a cell had before, newest first; none if none was ever replaced."""
    if not has_columns(con, TABLE, _COLUMNS):
        return []
    sql = (
        "SELECT value, CAST(timestamp AS REAL), CAST(max_diff AS REAL), CAST(provenance AS TEXT), "
        "CAST(summary_type AS TEXT), CAST(attributes AS TEXT), CAST(replaced_at AS REAL), "
        f"CAST(blob_bytes AS INTEGER) FROM {TABLE} WHERE {_CELL} "
        f"ORDER BY number DESC LIMIT {MOST_KEPT_VALUES}"
    )
    return [_past_value(key, name, row) for row in fetch_all(con, sql, (*key, name))]


def delete_past_values(con: sqlite3.Connection, name: str) -> None:
    """Delete the earlier values of a variable."""
    if has_columns(con, TABLE, _COLUMNS):
        con.execute(f"DELETE FROM {TABLE} WHERE name = ?", (name,))


def _past_value(key: RunKey, name: str, row: Row) -> PastValue:
    value, timestamp, max_diff, provenance, summary_type, attributes, replaced_at, size = row
    if size is not None and isinstance(value, bytes) and len(value) < size:
        value = Blob(blob_kind(value, summary_type), size)
    stored = StoredValue(
        key, name, value, timestamp or 0.0, max_diff, provenance, summary_type, "", attributes
    )
    return PastValue(stored, replaced_at)


def _bounded(old: StoredValue) -> str | None:
    """Return the attributes of a value; without those that only style it if they are too long."""
    text = old.attributes_json
    if text is None or len(text) <= LONGEST_ATTRIBUTES:
        return text
    attributes = old.attributes
    kept = {name: attributes[name] for name in _KEPT_ATTRIBUTES if name in attributes}
    if old.failure is not None:
        kept["error"] = f"{old.failure.message[:LARGEST]}…"
    short = json.dumps(kept)
    return short if len(short) <= LONGEST_ATTRIBUTES else None
