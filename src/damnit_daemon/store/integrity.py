"""Check the integrity of a database file."""

from __future__ import annotations

import sqlite3

from .sql import fetch_all

LIMIT = 5


def find_damage(con: sqlite3.Connection) -> list[str]:
    """Check the whole file; returns the first problems in SQLite's words."""
    rows = fetch_all(con, f"PRAGMA quick_check({LIMIT})")
    return [str(text) for (text,) in rows if text != "ok"]
