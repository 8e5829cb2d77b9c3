"""What the daemon's loop asks of the thread that looks after Slurm. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...ledger import Job, JobOptions


@dataclass(frozen=True)
class GivenJob:
    """A job to be done in Slurm, in the attempt that the ledger counts."""

    job: Job
    options: JobOptions = field(default_factory=JobOptions)

    @property
    def is_dedicated(self) -> bool:
        """Whether it has a node to itself: if it is for `cluster=True` variables."""
        return self.job.cluster is True

    @property
    def has_own_limits(self) -> bool:
        """Whether it asks for something else than usual."""
        return bool(self.options.memory or self.options.time)


@dataclass(frozen=True)
class Give:
    """Have these jobs done."""

    jobs: tuple[GivenJob, ...]


@dataclass(frozen=True)
class Adopt:
    """Take up jobs that an earlier daemon handed to Slurm."""

    jobs: tuple[GivenJob, ...]


@dataclass(frozen=True)
class Cancel:
    """End a job; the reason is kept with it."""

    job_id: int
    reason: str


Order = Give | Adopt | Cancel
