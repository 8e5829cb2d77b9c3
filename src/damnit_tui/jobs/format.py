"""Format a job as a line."""

from __future__ import annotations

from datetime import tzinfo

from damnit_daemon.ledger import Job, JobState
from damnit_daemon.text import format_duration, format_span

from ..format import format_time, progress_bar
from ..sanitize import visible
from .reader import JobRow

COLUMNS = ("Job", "Run", "Data", "State", "Variables", "Started", "Time", "Where", "Reason")
MARKS = {
    JobState.QUEUED: "⋮",
    JobState.SUBMITTED: "⋯",
    JobState.RUNNING: "⚙",
    JobState.DONE: "✓",
    JobState.FAILED: "✗",
    JobState.CANCELLED: "–",
}
ROLES = {
    JobState.QUEUED: "quiet",
    JobState.SUBMITTED: "quiet",
    JobState.RUNNING: "success",
    JobState.DONE: "text",
    JobState.FAILED: "error",
    JobState.CANCELLED: "quiet",
}


def cells_of(
    listed: JobRow,
    now: float,
    *,
    several_proposals: bool = False,
    zone: tzinfo | None = None,
) -> tuple[str, ...]:
    """Return the texts of a job's cells, in the order of `COLUMNS`."""
    job = listed.job
    run = (
        f"p{job.run_key.proposal} {job.run_key.run}" if several_proposals else str(job.run_key.run)
    )
    return (
        str(job.id),
        run,
        job.data,
        f"{MARKS[job.state]} {job.state.value}",
        progress(job),
        "" if job.started_at is None else format_time(job.started_at, now, zone),
        _time(listed, now),
        visible(" ".join(filter(None, [job.host, job.slurm_id and f"Slurm {job.slurm_id}"]))),
        visible(job.reason.split("\n", 1)[0] or _computing(listed, now)),
    )


def _computing(listed: JobRow, now: float) -> str:
    names = ", ".join(each.sentence(now) for each in listed.computing)
    return f"computing {names}" if names else ""


def progress(job: Job) -> str:
    """A progress bar while it runs, and the number of variables with an outcome."""
    if not job.variables_total:
        return ""
    counts = f"{job.variables_done}/{job.variables_total}"
    if job.variables_failed:
        counts += f" ✗{job.variables_failed}"
    if job.state is not JobState.RUNNING:
        return counts
    return f"{progress_bar(job.variables_done / job.variables_total)} {counts}"


def describe(listed: JobRow, now: float) -> str:
    """Describe everything about a job that its line has no room for."""
    job = listed.job
    parts = [f"job {job.id}", f"run {job.run_key.run} of proposal {job.run_key.proposal}"]
    if job.user:
        parts.append(f"requested by {visible(job.user)}")
    if job.variables is not None:
        parts.append(f"only {visible(', '.join(job.variables))}")
    elif job.match:
        parts.append(f"only titles matching {visible(', '.join(job.match))}")
    if listed.place is not None:
        parts.append(
            f"{listed.place} ahead of it in the queue" if listed.place else "next in the queue"
        )
    parts += [
        f"computing {visible(each.name)}"
        + (f" for {format_span(now - each.started_at)}" if each.started_at else "")
        + (f": {visible(each.advance.sentence(now))}" if each.advance else "")
        for each in listed.computing
    ]
    if job.attempt > 1:
        parts.append(f"attempt {job.attempt}")
    if job.reason:
        parts.append(visible(job.reason))
    return " · ".join(parts)


def _time(listed: JobRow, now: float) -> str:
    job = listed.job
    if job.state is JobState.QUEUED or job.started_at is None:
        waited = (job.ended_at or now) - job.created_at
        return f"waiting {format_span(waited)}" if not job.state.is_over else ""
    duration_s = job.duration_s(now) or 0.0
    return format_duration(duration_s) if job.state.is_over else format_span(duration_s)
