"""Known state of one job in Slurm, updated by events."""

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
    """As in the ledger, with the attempt that is tracked."""
    is_dedicated: bool
    """True if it computes `cluster=True` variables, else all others."""
    task: int
    collector: Collector
    slurm_id: SlurmId | None = None
    began: bool = False
    running: str = ""
    """The variable whose function is being called."""
    ended: JobEnded | None = None
    done: set[str] = field(default_factory=set)
    waits_for: str = ""
    """Last reason from Slurm why it is pending."""
    unreadable: list[str] = field(default_factory=list)
    """Files that could not be read, a sentence for `raw` and one for `proc`."""
    not_saved: str = ""
    """Why the disk did not take a result; empty if it took all."""
    cancel_reason: str = ""
    """Who requested its cancellation; empty without a request."""

    def owns(self, event: Event) -> bool:
        """Return True if an event of its task is about this job."""
        job_id = getattr(event, "job_id", "")
        return job_id.rpartition("-")[0] == runner_job_id(self.job)

    def on_event(self, event: Event) -> None:
        """Record what matters in case no further event arrives."""
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
    """The host that it started on; empty before."""
    withdrawn: str = ""
    """Why it was withdrawn from Slurm, to be submitted again."""

    @property
    def is_finished(self) -> bool:
        """True if all its jobs have reported their end."""
        return all(job.ended is not None for job in self.jobs)


def runner_job_id(job: Job) -> str:
    """Return the runner's id for a job of the ledger in one of its attempts."""
    return f"{job.id}-{job.attempt}"
