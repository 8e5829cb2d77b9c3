"""Named values that a daemon stores for the next one."""

from __future__ import annotations

import sqlite3

from ..store.sql import fetch_all

_OURS = "daemon."
"""Prefix that keeps them apart from the ledger's own values."""


def set_value(con: sqlite3.Connection, name: str, value: str | int | float | None) -> None:
    """Store a value: that the proposal was first scanned, for example."""
    con.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_OURS + name, value))


def get_value(con: sqlite3.Connection, name: str) -> str | int | float | None:
    """Return a stored value; None if there is none."""
    rows = fetch_all(con, "SELECT value FROM meta WHERE key = ?", (_OURS + name,))
    value: str | int | float | None = rows[0][0] if rows else None
    return value


def delete_value(con: sqlite3.Connection, name: str) -> None:
    """Delete a stored value; does nothing if there is none."""
    con.execute("DELETE FROM meta WHERE key = ?", (_OURS + name,))
