"""Whether the file of a database is whole."""

from __future__ import annotations

import sqlite3

from .sql import fetch_all

LIMIT = 5


def find_damage(con: sqlite3.Connection) -> list[str]:
    """Look through the whole file; the first things that are wrong in SQLite's words."""
    rows = fetch_all(con, f"PRAGMA quick_check({LIMIT})")
    return [str(text) for (text,) in rows if text != "ok"]
