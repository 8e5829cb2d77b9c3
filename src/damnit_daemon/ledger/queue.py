"""The job queue: each piece of work once, in order."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Collection

from ..model import RunKey
from ..store.sql import fetch_all
from .arrivals import ArrivalState, load_arrival, mark_arrival
from .job import AddedJob, Executor, Job, JobOrigin, NewJob, Parameters, SlurmTask
from .jobs import load_job, load_jobs_where
from .pending import id_list

_USUAL = {
    SlurmTask.WANTED: "'local'",
    SlurmTask.CLUSTER: "CASE WHEN cluster = 1 THEN 'slurm' ELSE 'local' END",
    SlurmTask.ALL: "'slurm'",
}


def add_job(con: sqlite3.Connection, job: NewJob, *, now: float) -> AddedJob:
    """Queue a job; if an equal one is queued, that one takes the higher rank of both."""
    key = RunKey(int(job.run_key.proposal), int(job.run_key.run))
    newest_at = now if job.arrived_at is None else job.arrived_at
    is_requested = job.origin is not JobOrigin.ARRIVAL
    same = find_queued(con, key, job.data, job.scope)
    if same is not None:
        raise_rank(con, same, is_requested=is_requested, priority=job.priority, newest_at=newest_at)
        added = AddedJob(same, is_new=False)
    else:
        added = AddedJob(_insert(con, key, job, is_requested, newest_at, now), is_new=True)
    if not is_requested:
        # Keep jobs of one run together, so that raw still comes before proc.
        con.execute(
            "UPDATE jobs SET newest_at = ?1 WHERE state = 'queued' AND asked = 0 "
            "AND proposal = ?2 AND run = ?3 AND newest_at < ?1",
            (_newest_at_of_run(con, key, newest_at), *key),
        )
    return added


def number_jobs_after(con: sqlite3.Connection, number: int) -> None:
    """Make the first job of a new ledger have a higher number."""
    con.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', ?)", (int(number),))


def add_job_for_arrival(
    con: sqlite3.Connection, arrival_id: int, job: NewJob, *, now: float
) -> AddedJob | None:
    """Queue a job for a pending arrival and accept the arrival.

    Returns:
        The job; None if the arrival was decided before.
    """
    recorded = load_arrival(con, arrival_id)
    if recorded is None or recorded.state is not ArrivalState.PENDING:
        return None
    added = add_job(con, job, now=now)
    mark_arrival(con, arrival_id, ArrivalState.ACCEPTED, job_id=added.id)
    return added


def retry_job(
    con: sqlite3.Connection,
    job_id: int,
    *,
    now: float,
    user: str = "",
    priority: int = 0,
    parameters: Parameters = (),
) -> AddedJob | None:
    """Queue a copy of a job, with its parameters, as a new job; None if the job is not over."""
    old = load_job(con, job_id)
    if old is None or not old.state.is_over:
        return None
    again = NewJob(
        old.run_key,
        old.data,
        old.variables,
        old.match,
        old.cluster,
        old.wanted_executor,
        JobOrigin.RETRY,
        priority,
        user,
        parameters,
        context=old.context,
    )
    return add_job(con, again, now=now)


def prioritise_job(con: sqlite3.Connection, job_id: int, priority: int) -> bool:
    """Move a queued job to the requested ones; return True if it was queued."""
    changed = con.execute(
        "UPDATE jobs SET asked = 1, priority = ? WHERE id = ? AND state = 'queued'",
        (priority, job_id),
    )
    return changed.rowcount > 0


def next_queued(
    con: sqlite3.Connection,
    *,
    limit: int = 1,
    executor: Executor | None = None,
    in_slurm: SlurmTask = SlurmTask.WANTED,
    excluding: Collection[int] = (),
) -> list[Job]:
    """Load the jobs to start next.

    Requested jobs come first, by priority, then in order of request. Then arrivals: the
    run with the newest one first, raw before proc within a run.

    Args:
        con: A connection.
        limit: Maximum number of jobs.
        executor: Limit to jobs that run there; None for all.
        in_slurm: Which jobs without an explicit executor run in Slurm.
        excluding: Jobs not to start yet.
    """
    chosen, parameters = "", []
    if executor is not None:
        chosen = f"AND coalesce(wanted_executor, {_USUAL[in_slurm]}) = ? "
        parameters = [str(executor)]
    if excluding:
        chosen += f"AND id NOT IN ({id_list(excluding)}) "
    # Otherwise SQLite would use the index of states, and sort all waiting jobs.
    where = (
        f"INDEXED BY queue_asked WHERE state = 'queued' AND asked = 1 {chosen}"
        "ORDER BY priority DESC, id LIMIT ?"
    )
    jobs = load_jobs_where(con, where, *parameters, limit)
    if len(jobs) < limit:
        where = (
            f"INDEXED BY queue_arrived WHERE state = 'queued' AND asked = 0 {chosen}"
            "ORDER BY newest_at DESC, proposal DESC, run DESC, data DESC, id LIMIT ?"
        )
        jobs += load_jobs_where(con, where, *parameters, limit - len(jobs))
    return jobs


def find_queued(con: sqlite3.Connection, key: RunKey, data: str, scope: str) -> int | None:
    """Find the queued job for the same work."""
    sql = (
        "SELECT id FROM jobs WHERE state = 'queued' "
        "AND proposal = ? AND run = ? AND data = ? AND scope = ?"
    )
    rows = fetch_all(con, sql, (*key, data, scope))
    return rows[0][0] if rows else None


def raise_rank(
    con: sqlite3.Connection, job_id: int, *, is_requested: bool, priority: int, newest_at: float
) -> None:
    """Rank a queued job no lower than another one whose work it does."""
    con.execute(
        "UPDATE jobs SET asked = max(asked, ?), priority = max(priority, ?), "
        "newest_at = max(newest_at, ?) WHERE id = ?",
        (is_requested, priority, newest_at, job_id),
    )


def _insert(
    con: sqlite3.Connection,
    key: RunKey,
    job: NewJob,
    is_requested: bool,
    newest_at: float,
    now: float,
) -> int:
    names = None if job.variables is None else json.dumps(list(job.variables))
    inserted = con.execute(
        "INSERT INTO jobs (proposal, run, data, variables, match, cluster, wanted_executor, scope, "
        "origin, user, processing_id, asked, priority, newest_at, state, reason, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', '', ?)",
        (
            *key,
            job.data,
            names,
            json.dumps(list(job.match)),
            job.cluster,
            job.executor,
            job.scope,
            job.origin,
            job.user,
            str(uuid.uuid4()),
            is_requested,
            job.priority,
            newest_at,
            now,
        ),
    )
    assert inserted.lastrowid is not None
    return inserted.lastrowid


def _newest_at_of_run(con: sqlite3.Connection, key: RunKey, newest_at: float) -> float:
    sql = (
        "SELECT max(newest_at) FROM jobs WHERE state = 'queued' AND asked = 0 "
        "AND proposal = ? AND run = ?"
    )
    return max(newest_at, fetch_all(con, sql, key)[0][0] or newest_at)
