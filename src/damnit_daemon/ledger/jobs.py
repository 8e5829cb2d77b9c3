"""Loading jobs."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from ..model import RunKey
from ..store.queries import Row, fetch_all
from .job import Executor, Job, JobOrigin, JobState
from .texts import parse_names

_COLUMNS = (
    "id, proposal, run, data, variables, match, cluster, origin, user, processing_id, priority, "
    "state, reason, attempt, merged_into, wanted_executor, created_at, started_at, ended_at, "
    "executor, host, pid, slurm_id, variables_total, variables_done, variables_failed"
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
    """Load jobs, the newest first.

    Args:
        con: A connection.
        states: Only those in one of these states.
        key: Only those of this run.
        limit: At most so many.
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
    """The job that was queued with the end of another, which had to leave it to the cluster."""
    if job.cluster or job.ended_at is None:
        return None
    where = "WHERE proposal = ? AND run = ? AND id > ? AND cluster = 1 AND created_at = ?"
    found = load_jobs_where(con, where, *job.run_key, job.id, job.ended_at)
    return found[0] if found else None


def still_failed(newest_first: Iterable[Job]) -> list[Job]:
    """The jobs that failed and have no newer one for the same work."""
    seen: set[object] = set()
    found = []
    for job in newest_first:
        work = job.run_key, job.data, job.variables, job.match, job.cluster, job.wanted_executor
        if work not in seen and job.state is JobState.FAILED:
            found.append(job)
        seen.add(work)
    return found


def count_jobs(con: sqlite3.Connection) -> dict[JobState, int]:
    """Count the jobs in each state."""
    rows = fetch_all(con, "SELECT state, count(*) FROM jobs GROUP BY state")
    return dict.fromkeys(JobState, 0) | {JobState(state): count for state, count in rows}


def load_jobs_where(
    con: sqlite3.Connection, where: str, *parameters: int | float | str
) -> list[Job]:
    """Load the jobs that the end of a query, written in this package, selects."""
    return [_job(row) for row in fetch_all(con, f"SELECT {_COLUMNS} FROM jobs {where}", parameters)]


def _job(row: Row) -> Job:
    (job_id, proposal, run, data, variables, match, cluster, origin, user, *rest) = row
    (processing_id, priority, state, reason, attempt, merged_into, wanted_executor, *rest) = rest
    (created_at, started_at, ended_at, executor, host, pid, slurm_id, *counts) = rest
    return Job(
        job_id,
        RunKey(proposal, run),
        data,
        None if variables is None else parse_names(variables),
        parse_names(match),
        None if cluster is None else bool(cluster),
        JobOrigin(origin),
        user,
        processing_id,
        priority,
        JobState(state),
        reason,
        attempt,
        merged_into,
        None if wanted_executor is None else Executor(wanted_executor),
        created_at,
        started_at,
        ended_at,
        None if executor is None else Executor(executor),
        host or "",
        pid,
        slurm_id or "",
        *counts,
    )
