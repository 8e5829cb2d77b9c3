"""A job in as many attempts as it takes: what ends a process costs one variable, not the others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .exit_reason import reason_of_death
from .file_format import START_TIME
from .protocol import Job, JobEnded, VariableDone

PROCESS_DIED = "ProcessDied"
"""The class of the error of a variable whose process died."""


@dataclass(frozen=True)
class Verdict:
    """What follows from the end of an attempt."""

    is_over: bool
    """Whether there is no other one."""
    blamed: str = ""
    """The variable that ended the process; it is not tried again."""
    reason: str = ""
    """How the process ended, for the cell of that variable."""


class Attempts:
    """Keeps what is done of a job and what is not to be tried again.

    Attributes:
        number: Of the attempt that was last begun, from 1.
        failure: Why the job as a whole failed; empty if it did not.
        is_absent: Whether it failed because the run has no files yet.
    """

    def __init__(self, job: Job) -> None:
        self.number = 0
        self.failure = ""
        self.is_absent = False
        self._job = job
        self._saved = list(job.saved)
        self._lost = dict(job.lost)
        self._puzzling_deaths = 0

    def next_job(self) -> Job:
        """The job that is left to do after what happened so far; it is told from the others."""
        self.number += 1
        return replace(
            self._job,
            job_id=f"{self._job.job_id}-{self.number}",
            saved=[name for name in self._saved if name not in self._lost],
            lost=dict(self._lost),
        )

    def heard(self, done: VariableDone) -> bool:
        """Note an outcome; False if it was known: others depend on it, and it was needed again."""
        if done.name == START_TIME or done.name in self._saved:
            return False
        self._saved.append(done.name)
        return True

    def ended(self, ended: JobEnded, *, runner_lives: bool = True) -> Verdict:
        """Decide what follows from the end of an attempt.

        Args:
            ended: The end.
            runner_lives: Whether the resident is still there: it may have died of
                anything itself; at the second time it is no chance.
        """
        if ended.outcome != "killed":
            self.failure = ended.reason if ended.outcome != "done" else ""
            self.is_absent = ended.outcome == "absent"
            return Verdict(is_over=True)
        reason = reason_of_death(ended)
        if ended.running and (self._puzzling_deaths or runner_lives):
            self._lost[ended.running] = reason
            if ended.running in self._saved:  # it died when it was needed again
                return Verdict(is_over=False)
            self._saved.append(ended.running)
            return Verdict(is_over=False, blamed=ended.running, reason=reason)
        self._puzzling_deaths += 1
        if self._puzzling_deaths > 1:
            self.failure = f"The job failed outside any variable: {reason}."
        return Verdict(is_over=bool(self.failure))
