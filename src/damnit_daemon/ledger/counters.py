"""Event counters of the daemon."""

from __future__ import annotations

import sqlite3

from ..store.sql import fetch_all


def count(con: sqlite3.Connection, name: str, n: int = 1) -> None:
    """Count an event: a malformed message, for example."""
    con.execute(
        "INSERT INTO counters (name, n) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET n = n + excluded.n",
        (name, n),
    )


def load_counters(con: sqlite3.Connection) -> dict[str, int]:
    """Load all counters, by name."""
    sql = "SELECT name, n FROM counters WHERE typeof(n) = 'integer' ORDER BY name"
    return {str(name): n for name, n in fetch_all(con, sql)}
