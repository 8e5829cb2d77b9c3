"""Whether there is anything to do, asked twice a second: it has to be cheap."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from ..store.sql import fetch_all


def has_undecided(con: sqlite3.Connection) -> bool:
    """Whether an arrival or a request waits to be looked at."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM requests WHERE state = 'waiting') "
        "OR EXISTS (SELECT 1 FROM arrivals WHERE state = 'pending')"
    )
    return bool(fetch_all(con, sql)[0][0])


def has_queued(con: sqlite3.Connection, *, excluding: Collection[int] = ()) -> bool:
    """Whether a job waits to be begun, other than those."""
    others = f" AND id NOT IN ({id_list(excluding)})" if excluding else ""
    sql = f"SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued'{others})"
    return bool(fetch_all(con, sql)[0][0])


def id_list(ids: Collection[int]) -> str:
    """Numbers of jobs, to be put into SQL."""
    return ", ".join(str(int(each)) for each in ids)
