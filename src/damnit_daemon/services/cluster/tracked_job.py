"""One job in Slurm, as far as is known of it. State, and what events make of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...ledger import Job
from ...runner.file_format import START_TIME
from ...runner.protocol import (
    ContextLoaded,
    Event,
    FilesFound,
    JobEnded,
    JobStarted,
    VariableDone,
    VariableStarted,
)
from ...slurm import SlurmId
from ..collector import Collector


@dataclass
class TrackedJob:
    """A job that Slurm has, or had."""

    job: Job
    """As the ledger has it, with the attempt that is meant."""
    task: int
    collector: Collector
    slurm_id: SlurmId | None = None
    began: bool = False
    running: str = ""
    """The variable whose function is being called."""
    ended: JobEnded | None = None
    done: set[str] = field(default_factory=set)
    waits_for: str = ""
    """What Slurm last said of its waiting."""
    unreadable: list[str] = field(default_factory=list)
    """Which files could not be read, a sentence for `raw` and one for `proc`."""
    not_saved: str = ""
    """Why the disk did not take a result; empty if it took all."""
    cancel_reason: str = ""
    """Who wants it ended, if somebody does."""

    def owns(self, event: Event) -> bool:
        """Whether an event of its task is about this job."""
        job_id = getattr(event, "job_id", "")
        return job_id.rpartition("-")[0] == runner_job_id(self.job)

    def hear(self, event: Event) -> None:
        """Keep in mind what matters if nothing more should be heard."""
        if isinstance(event, JobStarted):
            self.began = True
        elif isinstance(event, FilesFound):
            if event.unreadable and event.unreadable not in self.unreadable:
                self.unreadable.append(event.unreadable)
        elif isinstance(event, VariableStarted):
            self.running = event.name
        elif isinstance(event, VariableDone):
            if event.name != START_TIME:
                self.done.add(event.name)
            if event.name == self.running:
                self.running = ""
        elif isinstance(event, JobEnded):
            self.ended = event


@dataclass
class TrackedTask:
    """One task of an array, with its jobs in order."""

    number: int
    jobs: list[TrackedJob] = field(default_factory=list)
    context: ContextLoaded | None = None
    where: str = ""
    """The host that it began on; empty before."""
    withdrawn: str = ""
    """Why it was taken back from Slurm, to be submitted anew."""

    @property
    def is_finished(self) -> bool:
        """Whether all its jobs told their end."""
        return all(job.ended is not None for job in self.jobs)


def runner_job_id(job: Job) -> str:
    """How the runner knows a job of the ledger, in one of its attempts."""
    return f"{job.id}-{job.attempt}"
