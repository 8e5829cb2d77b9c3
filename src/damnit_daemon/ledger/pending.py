"""Check for pending work, twice a second: it has to be cheap."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from ..store.sql import fetch_all


def has_undecided(con: sqlite3.Connection) -> bool:
    """Return True if an arrival or a request waits for a decision."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM requests WHERE state = 'waiting') "
        "OR EXISTS (SELECT 1 FROM arrivals WHERE state = 'pending')"
    )
    return bool(fetch_all(con, sql)[0][0])


def has_queued(con: sqlite3.Connection, *, excluding: Collection[int] = ()) -> bool:
    """Return True if a job waits to be started, other than the excluded ones."""
    others = f" AND id NOT IN ({id_list(excluding)})" if excluding else ""
    sql = f"SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued'{others})"
    return bool(fetch_all(con, sql)[0][0])


def id_list(ids: Collection[int]) -> str:
    """Format job IDs for use in SQL."""
    return ", ".join(str(int(each)) for each in ids)
