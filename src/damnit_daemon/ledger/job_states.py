"""State transitions of jobs. The state of a job that is over is final."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ..store.json_text import clean_text
from ..store.sql import fetch_all
from .cancels import forget_cancel, noted_cancel
from .job import ACTIVE, Executor, Job, JobState, Placement
from .jobs import load_job, load_jobs
from .queue import find_queued, raise_rank

_BEFORE = {
    JobState.SUBMITTED: (JobState.QUEUED,),
    JobState.RUNNING: (JobState.QUEUED, JobState.SUBMITTED),
    JobState.DONE: ACTIVE,
    JobState.FAILED: (JobState.QUEUED, *ACTIVE),
    JobState.CANCELLED: (JobState.QUEUED, *ACTIVE),
}


@dataclass(frozen=True)
class Recovered:
    """Unfinished work of an earlier daemon."""

    requeued: tuple[int, ...]
    """Local jobs queued again; their processes ended with that daemon."""
    elsewhere: tuple[Job, ...]
    """Jobs that Slurm may still have: query it."""
    cancels: tuple[tuple[int, str], ...]
    """Those of them to be cancelled, with the reason."""
    requests: int
    """Number of requests waiting again that were taken, but not answered."""


def set_state(
    con: sqlite3.Connection,
    job_id: int,
    state: JobState,
    *,
    now: float,
    reason: str = "",
    attempt: int | None = None,
    placement: Placement | None = None,
) -> bool:
    """Move a job to its next state.

    Leaving the queue for an executor begins a new attempt. Ignored for a job that is over
    or that has no such transition, so repeated or late reports do no harm.

    Args:
        con: A connection from `Ledger.writing`.
        job_id: Job to move.
        state: Any state but `QUEUED`, for which there is `requeue`.
        now: Unix seconds UTC.
        reason: Reason, stored with the job.
        attempt: Apply only if this is the current attempt.
        placement: Where it was placed.

    Returns:
        True if this call changed the state.
    """
    if state is JobState.QUEUED:
        raise ValueError("a job comes back to the queue by requeue()")
    place = placement or Placement()
    before = _BEFORE[state]
    changed = con.execute(
        f"""UPDATE jobs SET
            attempt = attempt + (state = 'queued' AND ?1 IN ('submitted', 'running')),
            started_at = CASE WHEN ?1 = 'running' THEN ?2 ELSE started_at END,
            ended_at = CASE WHEN ?1 IN ('done', 'failed', 'cancelled') THEN ?2 END,
            executor = coalesce(?3, executor), host = coalesce(?4, host),
            pid = coalesce(?5, pid), slurm_id = coalesce(?6, slurm_id),
            state = ?1, reason = ?7
        WHERE id = ?8 AND (?9 IS NULL OR attempt = ?9)
            AND state IN ({", ".join(f"'{name}'" for name in before)})""",
        (
            state,
            now,
            place.executor,
            place.host,
            place.pid,
            place.slurm_id,
            clean_text(reason),
            job_id,
            attempt,
        ),
    )
    if changed.rowcount and state.is_over:
        forget_cancel(con, job_id)
    return changed.rowcount > 0


def place_job(con: sqlite3.Connection, job_id: int, placement: Placement) -> bool:
    """Record where a submitted or running job is, once known; return True if it is active."""
    changed = con.execute(
        "UPDATE jobs SET executor = coalesce(?, executor), host = coalesce(?, host), "
        "pid = coalesce(?, pid), slurm_id = coalesce(?, slurm_id) "
        "WHERE id = ? AND state IN ('submitted', 'running')",
        (placement.executor, placement.host, placement.pid, placement.slurm_id, job_id),
    )
    return changed.rowcount > 0


def explain_wait(con: sqlite3.Connection, job_id: int, reason: str) -> bool:
    """Record why a submitted job has not started; return True if it is submitted."""
    changed = con.execute(
        "UPDATE jobs SET reason = ? WHERE id = ? AND state = 'submitted'",
        (clean_text(reason), job_id),
    )
    return changed.rowcount > 0


def requeue(
    con: sqlite3.Connection, job_id: int, *, now: float, reason: str, attempt: int | None = None
) -> int | None:
    """Put an unfinished job back into the queue.

    Args:
        con: A connection from `Ledger.writing`.
        job_id: Job to requeue.
        now: Unix seconds UTC.
        reason: Reason, stored with the job.
        attempt: Apply only if this is the current attempt.

    Returns:
        The job that now does the work: this one, or an equal one already queued, into which
        this one is merged. None if no executor had the job, or if it was to be cancelled and
        now is.
    """
    reason = clean_text(reason)
    job = load_job(con, job_id)
    if job is None or job.state not in ACTIVE or attempt not in (None, job.attempt):
        return None
    if (cancelled := noted_cancel(con, job_id)) is not None:
        set_state(con, job_id, JobState.CANCELLED, now=now, reason=cancelled)
        return None
    ((scope, is_requested, newest_at),) = fetch_all(
        con, "SELECT scope, asked, newest_at FROM jobs WHERE id = ?", (job_id,)
    )
    same = find_queued(con, job.run_key, job.data, scope)
    if same is not None:
        raise_rank(
            con, same, is_requested=bool(is_requested), priority=job.priority, newest_at=newest_at
        )
        con.execute(
            "UPDATE jobs SET state = 'cancelled', merged_into = ?, reason = ?, ended_at = ? "
            "WHERE id = ?",
            (same, f"{reason}; duplicate of job {same}", now, job_id),
        )
        return same
    con.execute("DELETE FROM progress WHERE job_id = ?", (job_id,))
    con.execute(
        "UPDATE jobs SET state = 'queued', reason = ?, started_at = NULL, executor = NULL, "
        "host = NULL, pid = NULL, slurm_id = NULL, variables_total = 0, variables_done = 0, "
        "variables_failed = 0 WHERE id = ?",
        (reason, job_id),
    )
    return job_id


def recover(
    con: sqlite3.Connection,
    *,
    now: float,
    reason: str = "The daemon exited while the job was running",
) -> Recovered:
    """Recover the work of an earlier daemon; call it once, right after acquiring the lease."""
    requeued, elsewhere = [], []
    for job in reversed(load_jobs(con, states=ACTIVE)):
        if job.executor is Executor.SLURM:
            elsewhere.append(job)
        elif (carried_on := requeue(con, job.id, now=now, reason=reason)) is not None:
            requeued.append(carried_on)
    again = con.execute(
        "UPDATE requests SET state = 'waiting', taken_at = NULL WHERE state = 'taken'"
    )
    noted_cancels = ((job.id, noted_cancel(con, job.id)) for job in elsewhere)
    cancels = tuple((number, reason) for number, reason in noted_cancels if reason is not None)
    return Recovered(tuple(requeued), tuple(elsewhere), cancels, again.rowcount)
