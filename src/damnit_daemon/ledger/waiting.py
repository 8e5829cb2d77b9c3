"""Whether there is anything to do, asked twice a second: it has to be cheap."""

from __future__ import annotations

import sqlite3

from ..store.queries import fetch_all


def has_undecided(con: sqlite3.Connection) -> bool:
    """Whether an arrival or a request waits to be looked at."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM requests WHERE state = 'waiting') "
        "OR EXISTS (SELECT 1 FROM arrivals WHERE state = 'pending')"
    )
    return bool(fetch_all(con, sql)[0][0])


def has_queued(con: sqlite3.Connection) -> bool:
    """Whether a job waits to be begun."""
    sql = "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued')"
    return bool(fetch_all(con, sql)[0][0])
