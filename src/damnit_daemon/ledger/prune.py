"""Delete old jobs, so that a ledger does not grow for ever.

By count and not by age: a clock step must not delete anything. Arrivals are kept, as
they make duplicate events harmless; so are edits.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

KEEP_JOBS = 10_000
KEEP_PROGRESS = 2_000
KEEP_REQUESTS = 10_000
AT_ONCE = 100
"""Limit of jobs affected by one call, to keep it short."""


@dataclass(frozen=True)
class Pruned:
    """Number of rows removed."""

    jobs: int
    progress: int
    """Number of variables, of jobs that are kept."""
    requests: int


def prune(
    con: sqlite3.Connection,
    *,
    keep_jobs: int = KEEP_JOBS,
    keep_progress: int = KEEP_PROGRESS,
    keep_requests: int = KEEP_REQUESTS,
    at_once: int = AT_ONCE,
) -> Pruned:
    """Remove the oldest finished rows, a few at a time: call it after each job, for example.

    Unfinished rows are never removed.

    Args:
        con: A connection from `Ledger.writing`.
        keep_jobs: Number of newest jobs to keep.
        keep_progress: Number of newest jobs whose progress per variable is kept.
        keep_requests: Number of newest requests to keep.
        at_once: Maximum number of jobs, and of requests, to remove rows of.
    """
    over = "state IN ('done', 'failed', 'cancelled')"
    old_jobs = f"""SELECT id FROM jobs WHERE {over}
        AND id <= (SELECT max(id) FROM jobs) - ?1
        ORDER BY id LIMIT ?2"""
    con.execute(f"DELETE FROM progress WHERE job_id IN ({old_jobs})", (keep_jobs, at_once))
    jobs = con.execute(f"DELETE FROM jobs WHERE id IN ({old_jobs})", (keep_jobs, at_once))
    progress = con.execute(
        f"""DELETE FROM progress WHERE job_id IN (
            SELECT DISTINCT job_id FROM progress AS old
            WHERE job_id <= (SELECT max(id) FROM jobs) - ?1
            AND EXISTS (SELECT 1 FROM jobs WHERE id = old.job_id AND {over})
            ORDER BY job_id LIMIT ?2)""",
        (keep_progress, at_once),
    )
    requests = con.execute(
        """DELETE FROM requests WHERE id IN (
            SELECT id FROM requests WHERE state IN ('done', 'refused')
            AND id <= (SELECT max(id) FROM requests) - ?1
            ORDER BY id LIMIT ?2)""",
        (keep_requests, at_once),
    )
    return Pruned(jobs.rowcount, progress.rowcount, requests.rowcount)
