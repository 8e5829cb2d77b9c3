"""Load jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from ..model import RunKey
from ..store.sql import Row, fetch_all
from . import row_types
from .job import Executor, Job, JobOrigin, JobState, context_of_scope
from .json_fields import parse_names
from .row_types import parse_rows

COLUMNS = (
    "id, proposal, run, data, variables, match, cluster, origin, user, processing_id, priority, "
    "state, reason, attempt, merged_into, wanted_executor, created_at, started_at, ended_at, "
    "executor, host, pid, slurm_id, variables_total, variables_done, variables_failed, scope"
)


def load_job(con: sqlite3.Connection, job_id: int) -> Job | None:
    """Load one job."""
    found = load_jobs_where(con, "WHERE id = ?", job_id)
    return found[0] if found else None


def load_jobs(
    con: sqlite3.Connection,
    *,
    states: Collection[JobState] | None = None,
    key: RunKey | None = None,
    limit: int | None = None,
) -> list[Job]:
    """Load jobs, newest first.

    Args:
        con: A connection.
        states: Limit to these states.
        key: Limit to this run.
        limit: Maximum number of jobs.
    """
    conditions = []
    parameters: list[int | str] = []
    if states is not None:
        conditions.append(f"state IN ({', '.join('?' * len(states))})")
        parameters += sorted(states)
    if key is not None:
        conditions.append("proposal = ? AND run = ?")
        parameters += key
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return load_jobs_where(
        con, f"{where} ORDER BY id DESC LIMIT ?", *parameters, -1 if limit is None else limit
    )


def load_follow_up(con: sqlite3.Connection, job: Job) -> Job | None:
    """Return the job queued at the end of another, for the variables left to the cluster."""
    if job.cluster or job.ended_at is None:
        return None
    where = "WHERE proposal = ? AND run = ? AND id > ? AND cluster = 1 AND created_at = ?"
    found = load_jobs_where(con, where, *job.run_key, job.id, job.ended_at)
    return found[0] if found else None


def still_failed(newest_first: Iterable[Job]) -> list[Job]:
    """Return the failed jobs that have no newer job for the same work."""
    seen: set[object] = set()
    found = []
    for job in newest_first:
        work = (
            *(job.run_key, job.data, job.variables, job.match, job.cluster),
            *(job.wanted_executor, job.context),
        )
        if work not in seen and job.state is JobState.FAILED:
            found.append(job)
        seen.add(work)
    return found


def count_jobs(con: sqlite3.Connection) -> dict[JobState, int]:
    """Count the jobs in each state."""
    found = fetch_all(con, "SELECT state, count(*) FROM jobs GROUP BY state")
    known = {state: count for state, count in found if state in tuple(JobState)}
    return dict.fromkeys(JobState, 0) | {JobState(state): count for state, count in known.items()}


def load_jobs_where(
    con: sqlite3.Connection, where: str, *parameters: int | float | str
) -> list[Job]:
    """Load the jobs selected by the end of a query, written in this package.

    Malformed rows are skipped; the daemon ends them (`end_malformed_rows`).
    """
    return parse_rows(parse_job, fetch_all(con, f"SELECT {COLUMNS} FROM jobs {where}", parameters))


def parse_job(row: Row) -> Job:
    """Parse a row of `COLUMNS`.

    Raises:
        ValueError: If it is malformed.
    """
    (job_id, proposal, run, data, variables, match, cluster, origin, user, *rest) = row
    (processing_id, priority, state, reason, attempt, merged_into, wanted_executor, *rest) = rest
    (created_at, started_at, ended_at, executor, host, pid, slurm_id, *counts, scope) = rest
    total, done, failed = map(row_types.integer, counts)
    return Job(
        job_id,
        row_types.run_key(proposal, run),
        row_types.text(data),
        None if variables is None else parse_names(variables),
        parse_names(match),
        None if cluster is None else bool(cluster),
        JobOrigin(origin),
        row_types.text(user),
        row_types.text(processing_id),
        row_types.integer(priority),
        JobState(state),
        row_types.text(reason),
        row_types.integer(attempt),
        row_types.optional(row_types.integer, merged_into),
        row_types.optional(Executor, wanted_executor),
        row_types.time(created_at),
        row_types.optional(row_types.time, started_at),
        row_types.optional(row_types.time, ended_at),
        row_types.optional(Executor, executor),
        row_types.text(host or ""),
        row_types.optional(row_types.integer, pid),
        row_types.text(slurm_id or ""),
        total,
        done,
        failed,
        context_of_scope(scope),
    )
