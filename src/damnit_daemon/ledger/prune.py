"""Letting go of old jobs, so that a ledger does not grow for ever.

By count and not by age: a clock that stepped must not cost anything. Arrivals
stay, as they are what makes a second telling harmless; so do edits.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

KEEP_JOBS = 10_000
KEEP_PROGRESS = 2_000
KEEP_REQUESTS = 10_000
AT_ONCE = 100
"""Of how many jobs one call removes something at most, so that nobody waits for it."""


@dataclass(frozen=True)
class Pruned:
    """What was removed."""

    jobs: int
    progress: int
    """Variables, of jobs that stay."""
    requests: int


def prune(
    con: sqlite3.Connection,
    *,
    keep_jobs: int = KEEP_JOBS,
    keep_progress: int = KEEP_PROGRESS,
    keep_requests: int = KEEP_REQUESTS,
    at_once: int = AT_ONCE,
) -> Pruned:
    """Remove the oldest of what is over, a little at a time: call it after each job, say.

    What was not finished always stays.

    Args:
        con: A connection from `Ledger.writing`.
        keep_jobs: How many of the newest jobs to keep.
        keep_progress: Of how many of the newest jobs to keep each variable's progress.
        keep_requests: How many of the newest requests to keep.
        at_once: Of how many jobs, and how many requests, to remove something at most.
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
