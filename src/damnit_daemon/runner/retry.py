"""Retries of a job: a crash costs one variable, not the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .exit_reason import reason_of_death
from .file_format import START_TIME
from .protocol import JobEnded, RunnerJob, VariableDone

PROCESS_DIED = "ProcessDied"
"""Error class of a variable whose process died."""


@dataclass(frozen=True)
class Verdict:
    """The decision after an attempt."""

    is_over: bool
    """True if there is no further attempt."""
    crashed: str = ""
    """The variable that crashed the process; it is not retried."""
    reason: str = ""
    """How the process ended, for that variable's cell."""


class Attempts:
    """Tracks which variables of a job are done, and which must not be retried.

    Attributes:
        number: Number of the latest attempt, from 1.
        failure: Why the job as a whole failed; empty if it did not.
        is_absent: True if it failed because the run has no files yet.
    """

    def __init__(self, job: RunnerJob) -> None:
        self.number = 0
        self.failure = ""
        self.is_absent = False
        self._job = job
        self._saved = list(job.saved)
        self._lost = dict(job.lost)
        self._puzzling_deaths = 0

    def next_job(self) -> RunnerJob:
        """Return the job for the remaining variables, with an id of its own."""
        self.number += 1
        return replace(
            self._job,
            job_id=f"{self._job.job_id}-{self.number}",
            saved=[name for name in self._saved if name not in self._lost],
            lost=dict(self._lost),
        )

    def record(self, done: VariableDone) -> bool:
        """Record an outcome; return False if it is known and was only recomputed for dependents."""
        if done.name == START_TIME or done.name in self._saved:
            return False
        self._saved.append(done.name)
        return True

    def ended(self, ended: JobEnded, *, runner_lives: bool = True) -> Verdict:
        """Decide what follows from the end of an attempt.

        Args:
            ended: The end.
            runner_lives: If False, the resident died too, perhaps of an unrelated
                cause; the second time, it is no coincidence.
        """
        if ended.outcome != "killed":
            self.failure = ended.reason if ended.outcome != "done" else ""
            self.is_absent = ended.outcome == "absent"
            return Verdict(is_over=True)
        reason = reason_of_death(ended)
        if ended.running and (self._puzzling_deaths or runner_lives):
            self._lost[ended.running] = reason
            if ended.running in self._saved:  # it died when recomputed for others
                return Verdict(is_over=False)
            self._saved.append(ended.running)
            return Verdict(is_over=False, crashed=ended.running, reason=reason)
        self._puzzling_deaths += 1
        if self._puzzling_deaths > 1:
            self.failure = f"The job failed outside any variable: {reason}."
        return Verdict(is_over=bool(self.failure))
