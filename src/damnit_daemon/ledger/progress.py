"""Progress of a job, variable by variable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..model.advance import Advance, parse_advance
from ..store.json_text import clean_text
from ..store.sql import Row, fetch_all
from . import row_types
from .job import Job, JobState
from .row_types import parse_rows


class Outcome(StrEnum):
    """Progress of a variable; the final states are the runner's outcomes."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    EMPTY = "empty"


@dataclass(frozen=True)
class VariableProgress:
    """Progress of one variable of a job."""

    job_id: int
    name: str
    outcome: Outcome
    started_at: float | None = None
    """When its function was called, Unix seconds UTC; None leaves it unchanged."""
    duration_s: float | None = None
    """Run time of its function; None leaves it unchanged."""
    message: str = ""
    """Error message."""
    advance: Advance | None = None
    """Progress of its function, if it reports any; None once there is an outcome."""

    def sentence(self, now: float) -> str:
        """Return its name, and the progress of its function: `peaks: 230 of 500 trains`."""
        return f"{self.name}: {self.advance.sentence(now)}" if self.advance else self.name


def expect_variables(con: sqlite3.Connection, job_id: int, names: Iterable[str]) -> None:
    """Record which variables a job will evaluate; known ones are unchanged."""
    if job_id in _active(con, [job_id]):
        con.executemany(
            "INSERT INTO progress (job_id, name, outcome, message) VALUES (?, ?, 'waiting', '') "
            "ON CONFLICT (job_id, name) DO NOTHING",
            [(job_id, clean_text(name)) for name in names],
        )
        _count(con, job_id)


def save_progress(con: sqlite3.Connection, progress: Iterable[VariableProgress]) -> int:
    """Record progress of variables, in order, of one job or of several.

    Returns:
        How many were recorded; events of jobs that no executor has are too late.
    """
    progress = list(progress)
    active = _active(con, {each.job_id for each in progress})
    changed = [
        (
            each.job_id,
            clean_text(each.name),
            each.outcome,
            each.started_at,
            each.duration_s,
            clean_text(each.message),
        )
        for each in progress
        if each.job_id in active
    ]
    con.executemany(
        "INSERT INTO progress (job_id, name, outcome, started_at, duration_s, message) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (job_id, name) DO UPDATE SET "
        "outcome = excluded.outcome, started_at = coalesce(excluded.started_at, started_at), "
        "duration_s = coalesce(excluded.duration_s, duration_s), message = excluded.message",
        changed,
    )
    for job_id in active:
        _count(con, job_id)
    return len(changed)


def save_advance(con: sqlite3.Connection, job_id: int, name: str, advance: Advance) -> None:
    """Record the progress of a function; too late if its variable has an outcome.

    It takes the place of the error message, and goes with the next event of the variable.
    """
    con.execute(
        "UPDATE progress SET message = ? WHERE job_id = ? AND name = ? AND outcome = 'running'",
        (clean_text(advance.to_json()), job_id, clean_text(name)),
    )


def load_running(con: sqlite3.Connection, job: Job) -> list[VariableProgress]:
    """Load the progress of the variables that a job is evaluating; none if it is not running."""
    if job.state is not JobState.RUNNING:
        return []
    return [each for each in load_progress(con, job.id) if each.outcome is Outcome.RUNNING]


def load_progress(con: sqlite3.Connection, job_id: int) -> list[VariableProgress]:
    """Load the progress of a job's variables: in the order they started, then waiting ones."""
    sql = (
        "SELECT job_id, name, outcome, started_at, duration_s, message FROM progress "
        "WHERE job_id = ? ORDER BY started_at IS NULL, started_at, name"
    )
    return parse_rows(_progress, fetch_all(con, sql, (job_id,)))


def _progress(row: Row) -> VariableProgress:
    job_id, name, outcome, started_at, duration_s, message = row
    message = row_types.text(message)
    is_running = outcome == Outcome.RUNNING
    return VariableProgress(
        row_types.integer(job_id),
        row_types.text(name),
        Outcome(outcome),
        row_types.optional(row_types.time, started_at),
        row_types.optional(row_types.number, duration_s),
        "" if is_running else message,
        parse_advance(message) if is_running else None,
    )


def _active(con: sqlite3.Connection, job_ids: Iterable[int]) -> set[int]:
    sql = "SELECT 1 FROM jobs WHERE id = ? AND state IN ('submitted', 'running')"
    return {job_id for job_id in job_ids if fetch_all(con, sql, (job_id,))}


def _count(con: sqlite3.Connection, job_id: int) -> None:
    con.execute(
        """UPDATE jobs SET (variables_total, variables_done, variables_failed) = (
            SELECT count(*), coalesce(sum(outcome NOT IN ('waiting', 'running')), 0),
                coalesce(sum(outcome = 'failed'), 0)
            FROM progress WHERE job_id = ?1) WHERE id = ?1""",
        (job_id,),
    )
