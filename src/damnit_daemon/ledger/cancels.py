"""Cancellations of active jobs: kept until the job is over, across restarts."""

from __future__ import annotations

import sqlite3

from .key_value import delete_value, get_value, set_value


def note_cancel(con: sqlite3.Connection, job_id: int, reason: str) -> None:
    """Record that a job is to be cancelled, and why."""
    set_value(con, _name(job_id), reason)


def noted_cancel(con: sqlite3.Connection, job_id: int) -> str | None:
    """Return why a job is to be cancelled; None if it is not."""
    reason = get_value(con, _name(job_id))
    return None if reason is None else str(reason)


def forget_cancel(con: sqlite3.Connection, job_id: int) -> None:
    """Delete the cancellation of a job that is over."""
    delete_value(con, _name(job_id))


def _name(job_id: int) -> str:
    return f"cancel of job {job_id}"
