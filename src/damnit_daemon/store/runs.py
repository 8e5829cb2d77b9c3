"""The runs of a database."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from typing import Any

from ..model import RunKey, RunRow
from ..model.labels import split_labels
from .labels import label_expression, load_label_sums
from .sql import fetch_all


def ensure_run(
    con: sqlite3.Connection, key: RunKey, *, added_at: float, start_time: float | None = None
) -> bool:
    """Make sure that a run is listed; return True if it is new.

    Args:
        con: A connection from `Database.writing`.
        key: Run to list.
        added_at: When it first became known; kept from the first time.
        start_time: Start of the run, if known; replaces the stored one.
    """
    # As integers: text '7' does not join with 7 in columns without a type.
    proposal, run = int(key.proposal), int(key.run)
    inserted = con.execute(
        "INSERT INTO run_info (proposal, run, start_time, added_at) VALUES (?, ?, NULL, ?) "
        "ON CONFLICT (proposal, run) DO NOTHING",
        (proposal, run, float(added_at)),
    )
    is_new = inserted.rowcount > 0
    if start_time is not None and math.isfinite(start_time):
        con.execute(
            "UPDATE run_info SET start_time = ?1 "
            "WHERE proposal = ?2 AND run = ?3 AND start_time IS NOT ?1",
            (float(start_time), proposal, run),
        )
    return is_new


def load_runs(con: sqlite3.Connection) -> list[RunRow]:
    """Load all runs by proposal and number, including those that only have values."""
    rows = {key: RunRow(key, None, None) for key in keys_with_values(con)}
    rows.update((row.key, row) for row in load_listed_runs(con))
    return [rows[key] for key in sorted(rows)]


def load_listed_runs(con: sqlite3.Connection, newest: int | None = None) -> list[RunRow]:
    """Load the listed runs, or the newest of them; in no particular order."""
    sql = (
        f"SELECT proposal, run, start_time, added_at, {label_expression(con)} "
        "FROM run_info WHERE typeof(proposal) = 'integer' AND typeof(run) = 'integer'"
    )
    if newest is not None:
        sql += f" ORDER BY proposal DESC, run DESC LIMIT {newest:d}"
    return [
        RunRow(
            RunKey(proposal, run),
            _as_time(start_time),
            _as_time(added_at),
            split_labels(labels) if labels else (),
        )
        for proposal, run, start_time, added_at, labels in fetch_all(con, sql)
    ]


def load_run_sums(con: sqlite3.Connection) -> object:
    """Return a checksum of runs and labels, which is faster to compute than the list."""
    sql = "SELECT count(*), max(rowid), total(start_time), total(added_at) FROM run_info"
    return fetch_all(con, sql)[0], load_label_sums(con)


def _as_time(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def keys_with_values(con: sqlite3.Connection) -> Iterator[RunKey]:
    """Yield the runs in `run_variables`, skipping from one to the next along its index.

    `SELECT DISTINCT` would read the whole index: a million entries for 5,000 runs.
    """
    sql = """
        WITH RECURSIVE leap(run) AS (
            SELECT min(run) FROM run_variables WHERE proposal = ?1
            UNION ALL
            SELECT (SELECT min(run) FROM run_variables WHERE proposal = ?1 AND run > leap.run)
            FROM leap WHERE leap.run IS NOT NULL)
        SELECT run FROM leap WHERE typeof(run) = 'integer'"""
    next_proposal = "SELECT min(proposal) FROM run_variables WHERE proposal > ?"
    ((proposal,),) = fetch_all(con, "SELECT min(proposal) FROM run_variables")
    while proposal is not None:
        if isinstance(proposal, int):
            for (run,) in fetch_all(con, sql, (proposal,)):
                yield RunKey(proposal, run)
        ((proposal,),) = fetch_all(con, next_proposal, (proposal,))
