"""Follow jobs in the ledger, reporting each event once as a line of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..ledger import (
    Job,
    JobState,
    Ledger,
    Outcome,
    VariableProgress,
    load_follow_up,
    load_job,
    load_progress,
)
from ..text import count_of, format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKS = {Outcome.FAILED: "✗", Outcome.SKIPPED: "»"}
GONE = "No longer in the ledger"


class JobFollower:
    """Follows jobs to their end.

    Attributes:
        jobs: The latest state of each job by the number it was requested under; for a merged
            job, the job it was merged into.
        job_ids: The requested numbers; follow-up jobs are appended.
        running: The variables being evaluated.
    """

    def __init__(self, ledger: Ledger, job_ids: Sequence[int]) -> None:
        self.jobs: dict[int, Job] = {}
        self.running: list[VariableProgress] = []
        self._ledger = ledger
        self.job_ids = list(job_ids)
        self._unknown: set[int] = set()
        self._printed: set[tuple[int, str]] = set()

    @property
    def is_over(self) -> bool:
        """True if all jobs have ended."""
        known = self.jobs.keys() | self._unknown
        return known.issuperset(self.job_ids) and all(
            job.state.is_over for job in self.jobs.values()
        )

    @property
    def distinct(self) -> list[Job]:
        """The unique jobs."""
        return list({job.id: job for job in self.jobs.values()}.values())

    def poll(self) -> list[str]:
        """Poll the ledger; returns the new events, a line each.

        Raises:
            StoreError: If the ledger cannot be read.
        """
        lines: list[str] = []
        self.running = []
        with self._ledger.reading() as con:
            for job_id in self.job_ids:  # may grow during the loop
                before = self.jobs.get(job_id)
                if before is not None and before.state.is_over:
                    continue
                job = load_job(con, job_id)
                while job is not None and job.merged_into is not None:
                    job = load_job(con, job.merged_into)
                if job is None:
                    if before is None:
                        self._unknown.add(job_id)
                        continue
                    job = replace(before, state=JobState.CANCELLED, reason=GONE)
                self.jobs[job_id] = job
                if job.variables_total:
                    lines += self._variable_lines(job, load_progress(con, job.id))
                lines += self._job_lines(job)
                if job.state.is_over and (after := load_follow_up(con, job)) is not None:
                    self.job_ids.append(after.id)
        return lines

    def _variable_lines(self, job: Job, progress: list[VariableProgress]) -> Iterator[str]:
        for variable in progress:
            if variable.outcome is Outcome.RUNNING:
                self.running.append(variable)
            elif variable.outcome in MARKS:
                message = variable.message.split("\n", 1)[0]
                text = f"{job.run_key}: {MARKS[variable.outcome]} {variable.name}: {message}"
                yield from self._once(job, text)

    def _job_lines(self, job: Job) -> Iterator[str]:
        if job.state in (JobState.QUEUED, JobState.SUBMITTED) and job.reason:
            reason = job.reason.removeprefix("Waits: ")
            yield from self._once(job, f"{job.run_key} waits: {reason}")
        elif job.state.is_over:
            yield from self._once(job, describe_end(job))

    def _once(self, job: Job, text: str) -> Iterator[str]:
        if (job.id, text) not in self._printed:
            self._printed.add((job.id, text))
            yield text


def describe_end(job: Job) -> str:
    """Describe the outcome of a job."""
    text = f"{job.run_key}: {job.state.value}"
    if job.variables_total:
        text += f", {job.variables_done} of {count_of(job.variables_total, 'variable')}"
    if job.variables_failed:
        text += f", {job.variables_failed} failed"
    duration_s = job.duration_s(job.ended_at or 0.0)
    if duration_s is not None:
        text += f" ({format_duration(duration_s)})"
    return f"{text}: {job.reason}" if job.reason else text


def summary_line(jobs: Sequence[Job], duration_s: float) -> str:
    """Summarise the jobs: `6 jobs, 1 failed: 80 variables, 6 failed (8.1 s)`."""
    text = count_of(len(jobs), "job")
    for state in (JobState.FAILED, JobState.CANCELLED):
        if count := sum(job.state is state for job in jobs):
            text += f", {count} {state.value}"
    done = sum(job.variables_done for job in jobs)
    failed = sum(job.variables_failed for job in jobs)
    return f"{text}: {count_of(done, 'variable')}, {failed} failed ({format_duration(duration_s)})"
