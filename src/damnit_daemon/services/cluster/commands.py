"""Commands from the daemon's loop to the thread that manages Slurm. Plain values."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...ledger import Job, JobOptions


@dataclass(frozen=True)
class QueuedJob:
    """A job to submit to Slurm, in the ledger's current attempt."""

    job: Job
    options: JobOptions = field(default_factory=JobOptions)
    is_dedicated: bool = False
    """True if it has a node to itself: it computes `cluster=True` variables, else all others."""

    @property
    def has_own_limits(self) -> bool:
        """True if it requests other resources than the default."""
        return bool(self.options.memory or self.options.time)


@dataclass(frozen=True)
class Give:
    """Submit these jobs."""

    jobs: tuple[QueuedJob, ...]


@dataclass(frozen=True)
class Adopt:
    """Recover jobs that an earlier daemon submitted to Slurm."""

    jobs: tuple[QueuedJob, ...]


@dataclass(frozen=True)
class Cancel:
    """Cancel a job; the reason is saved with it."""

    job_id: int
    reason: str


Order = Give | Adopt | Cancel
