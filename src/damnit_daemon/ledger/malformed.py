"""End malformed arrivals, requests and jobs, so that they block nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator

from ..store.sql import Row, fetch_all
from . import arrivals, jobs, requests

LARGEST_ID = 2**53
"""Largest ID of a job, request, arrival or edit: no ledger reaches it by counting."""

REASON = "This row of the ledger cannot be read"


def end_malformed_rows(con: sqlite3.Connection, *, now: float) -> list[str]:
    """End waiting or running rows that cannot be parsed, each with its reason.

    Args:
        con: A connection from `Ledger.writing`.
        now: Unix seconds UTC.

    Returns:
        One sentence per row.
    """
    ended = _free_numbers(con)
    sql = f"SELECT {jobs.COLUMNS} FROM jobs WHERE state IN ('queued', 'submitted', 'running')"
    for row_id, reason in _malformed(con, sql, jobs.parse_job):
        con.execute(
            "UPDATE jobs SET state = 'failed', reason = ?, ended_at = ? WHERE id = ?",
            (reason, now, row_id),
        )
        ended.append(f"Job {row_id}: {reason}")
    sql = f"SELECT {arrivals.COLUMNS} FROM arrivals WHERE state = 'pending'"
    for row_id, reason in _malformed(con, sql, arrivals.parse_arrival):
        con.execute(
            "UPDATE arrivals SET state = 'ignored', reason = ? WHERE id = ?", (reason, row_id)
        )
        ended.append(f"Arrival {row_id}: {reason}")
    sql = f"SELECT {requests.COLUMNS} FROM requests WHERE state IN ('waiting', 'taken')"
    for row_id, reason in _malformed(con, sql, requests.parse_request_row):
        con.execute(
            "UPDATE requests SET state = 'refused', answer = ?, answered_at = ? WHERE id = ?",
            (json.dumps({"reason": reason}), now, row_id),
        )
        ended.append(f"Request {row_id}: {reason}")
    return ended


def _free_numbers(con: sqlite3.Connection) -> list[str]:
    """Delete rows with IDs so large that no further row would get one ("disk is full")."""
    freed = []
    for table in ("jobs", "requests", "arrivals", "edits"):
        deleted = con.execute(f"DELETE FROM {table} WHERE id > ?", (LARGEST_ID,)).rowcount
        if deleted:
            freed.append(f"{table}: deleted {deleted} rows with invalid numbers")
        con.execute(
            f"UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM {table}) "
            "WHERE name = ? AND (typeof(seq) <> 'integer' OR seq > ?)",
            (table, LARGEST_ID),
        )
    return freed


def _malformed(
    con: sqlite3.Connection, sql: str, parse: Callable[[Row], object]
) -> Iterator[tuple[int, str]]:
    for row in fetch_all(con, sql):
        try:
            parse(row)
        except ValueError as error:
            yield row[0], f"{REASON}: {error}"
