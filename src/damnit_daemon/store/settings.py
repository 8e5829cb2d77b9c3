"""Settings stored in a database (DAMNIT's `metameta`)."""

from __future__ import annotations

import sqlite3

from .sql import fetch_all

DB_ID = "db_id"
PROPOSAL = "proposal"
CONTEXT_PYTHON = "context_python"
DAMNIT_PYTHON = "damnit_python"
CONCURRENT_JOBS = "concurrent_jobs"

DEFAULT_CONCURRENT_JOBS = 15
"""Default of a new database."""


def load_settings(con: sqlite3.Connection) -> dict[str, object]:
    """Load all settings, sorted by key, including unknown ones."""
    rows = fetch_all(con, "SELECT key, value FROM metameta WHERE typeof(key) = 'text' ORDER BY key")
    return dict(rows)


def load_setting(con: sqlite3.Connection, key: str, default: object = None) -> object:
    """Load one setting."""
    rows = fetch_all(con, "SELECT value FROM metameta WHERE key = ?", (key,))
    return rows[0][0] if rows else default


def save_setting(con: sqlite3.Connection, key: str, value: str | int | float | None) -> None:
    """Save one setting; text stays text, a number a number."""
    con.execute("INSERT OR REPLACE INTO metameta (key, value) VALUES (?, ?)", (key, value))


def delete_setting(con: sqlite3.Connection, key: str) -> bool:
    """Delete one setting; return True if it existed."""
    return con.execute("DELETE FROM metameta WHERE key = ?", (key,)).rowcount > 0
