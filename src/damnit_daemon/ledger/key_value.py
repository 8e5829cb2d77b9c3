"""The few things a daemon remembers for the next one, by name."""

from __future__ import annotations

import sqlite3

from ..store.sql import fetch_all

_OURS = "daemon."
"""Keeps them apart from what the ledger says of itself."""


def remember(con: sqlite3.Connection, name: str, value: str | int | float | None) -> None:
    """Remember something: that the first look at the proposal was done, for example."""
    con.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (_OURS + name, value))


def recall(con: sqlite3.Connection, name: str) -> str | int | float | None:
    """Recall what was remembered last; None if nothing was."""
    rows = fetch_all(con, "SELECT value FROM meta WHERE key = ?", (_OURS + name,))
    value: str | int | float | None = rows[0][0] if rows else None
    return value


def forget(con: sqlite3.Connection, name: str) -> None:
    """Forget something; nothing happens if it was not remembered."""
    con.execute("DELETE FROM meta WHERE key = ?", (_OURS + name,))
