"""The ledger's records of one cell: why it is empty, and the jobs of its run.

Imported on demand, never before the first paint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    ArrivalState,
    Connection,
    Job,
    JobState,
    Ledger,
    LedgerMissing,
    RecordedArrival,
    VariableProgress,
    load_arrivals,
    load_jobs,
    load_progress,
)
from damnit_daemon.model import RunKey
from damnit_daemon.text import format_span

from ..format import format_full_time
from ..sanitize import visible

MOST_JOBS = 8
"""Most jobs of a run that are shown."""
OTHER_JOBS = 12
"""Number of newest jobs of any run, to find the current variables."""
Progress = Mapping[int, Sequence[VariableProgress]]
"""Progress of the variables of jobs, by job number."""


@dataclass(frozen=True)
class RunHistory:
    """The ledger's records of a run, and of the newest jobs."""

    arrivals: Sequence[RecordedArrival]
    jobs: Sequence[Job]
    """The run's jobs, newest first."""
    others: Sequence[Job]
    """The newest jobs of any run."""
    progress: Progress


def load_history(con: Connection, key: RunKey) -> RunHistory:
    """Load the history of a run."""
    jobs = load_jobs(con, key=key, limit=MOST_JOBS)
    others = load_jobs(con, states=[JobState.DONE, JobState.RUNNING], limit=OTHER_JOBS)
    ids = {job.id for job in (*jobs, *others)}
    progress = {job_id: load_progress(con, job_id) for job_id in ids}
    return RunHistory(load_arrivals(con, key), jobs, others, progress)


def read_history(ledger: Ledger, key: RunKey) -> RunHistory | None:
    """Load the history from a ledger; None if no daemon has ever run here.

    Raises:
        DamnitError: If the ledger cannot be read.
    """
    try:
        with ledger.reading() as con:
            return load_history(con, key)
    except LedgerMissing:
        return None
    except DamnitError:
        raise
    except Exception as error:
        # A foreign file may hold tables and values of any kind.
        raise DamnitError(f"Cannot read the ledger: {error}") from error


class Absence(StrEnum):
    """Why a variable has no value though no job is computing it."""

    NEVER_ARRIVED = "no event was received for this run"
    IGNORED = "the run arrived, but was ignored"
    UNDECIDED = "the run has arrived, and its job will be queued shortly"
    JOB_FAILED = "its job failed"
    JOB_CANCELLED = "its job was cancelled"
    NOT_STORED = "it was evaluated, but nothing was stored; see the log"
    NOT_DECLARED = "no longer in the context file"
    NEEDS_PROC = "it needs corrected data (proc), which has not arrived for this run"
    CAME_LATER = "it was added to the context file after this run was processed"
    UNKNOWN = ""


def why_absent(history: RunHistory, name: str) -> str:
    """Explain why a variable has no value though no job computes it; empty if unknown."""
    absence, reason = absence_of(history, name)
    return f"{absence.value}: {visible(reason)}" if reason else absence.value


def absence_of(history: RunHistory, name: str) -> tuple[Absence, str]:
    """Determine why a variable has no value though no job is computing it.

    Returns:
        The kind of absence, and the recorded reason.
    """
    if not history.jobs:
        return _why_no_job(history.arrivals)
    newest = history.jobs[0]
    reason = newest.reason or "unknown reason"
    if newest.state is JobState.FAILED:
        return Absence.JOB_FAILED, reason
    if newest.state is JobState.CANCELLED:
        return Absence.JOB_CANCELLED, reason
    seen = [job for job in history.others if _names(history, job, name)]
    if any(_names(history, job, name) for job in history.jobs):
        return Absence.NOT_STORED, ""
    if not seen:
        return (Absence.NOT_DECLARED if _is_complete(history) else Absence.UNKNOWN), ""
    if all(job.data == "proc" for job in seen) and "proc" not in arrived(history):
        return Absence.NEEDS_PROC, ""
    return Absence.CAME_LATER, ""


def describe_history(
    history: RunHistory, now: float, zone: tzinfo | None = None
) -> list[tuple[str, str]]:
    """Return the history of the run as labelled lines."""
    lines = []
    if history.arrivals:
        texts = [
            f"{each.arrival.data}, {format_full_time(each.recorded_at, zone)} "
            f"({each.arrival.source.value})"
            for each in history.arrivals
        ]
        lines.append(("Arrived", "\n".join(texts)))
    if history.jobs:
        lines.append(("Jobs", "\n".join(_describe_job(job, now) for job in history.jobs)))
    return lines


def _describe_job(job: Job, now: float) -> str:
    parts = [f"{job.id} ({job.data}) {job.state.value}"]
    if (took := job.duration_s(now)) is not None:
        verb = "for" if job.state is JobState.RUNNING else "in"
        parts.append(f"{verb} {format_span(took)} on {visible(job.host)}")
    if job.variables_total:
        parts.append(f"· {job.variables_done} of {job.variables_total} variables")
    if job.variables_failed:
        parts.append(f"· {job.variables_failed} failed")
    if job.reason:
        parts.append(f"· {visible(job.reason)}")
    return " ".join(parts)


def _why_no_job(arrivals: Sequence[RecordedArrival]) -> tuple[Absence, str]:
    if not arrivals:
        return Absence.NEVER_ARRIVED, ""
    last = arrivals[-1]
    if last.state is ArrivalState.IGNORED:
        return Absence.IGNORED, last.reason
    return Absence.UNDECIDED, ""


def _names(history: RunHistory, job: Job, name: str) -> bool:
    return any(each.name == name for each in history.progress.get(job.id, ()))


def _is_complete(history: RunHistory) -> bool:
    """Return True if some job covered all variables, so that one it lacks does not exist."""
    return any(
        job.variables is None and not job.match and history.progress.get(job.id)
        for job in history.others
    )


def arrived(history: RunHistory) -> set[str]:
    """Return which data of the run has arrived: `raw`, `proc`."""
    return {each.arrival.data for each in history.arrivals}
