"""What a job is: one run whose variables are to be evaluated. Plain values."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from ..model import RunKey


class JobState(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    SUBMITTED = "submitted"
    """Handed to its executor; it did not begin yet."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


ACTIVE = (JobState.SUBMITTED, JobState.RUNNING)
"""An executor has it."""


class JobOrigin(StrEnum):
    """Why there is a job."""

    ARRIVAL = "arrival"
    REQUEST = "request"
    RETRY = "retry"


class Executor(StrEnum):
    """Where a job runs."""

    LOCAL = "local"
    SLURM = "slurm"


class SlurmTask(StrEnum):
    """Which jobs run in Slurm, of those that nobody said it of."""

    WANTED = "wanted"
    """None."""
    CLUSTER = "cluster"
    """Those for variables with `cluster=True`."""
    ALL = "all"


@dataclass(frozen=True)
class NewJob:
    """A job to be queued."""

    run_key: RunKey
    data: str = "all"
    """`raw`, `proc` or `all`: which variables are wanted, by the data they need."""
    variables: tuple[str, ...] | None = None
    """Exact names, in any order; None for all."""
    match: tuple[str, ...] = ()
    """Parts of titles; ignored when `variables` is given."""
    cluster: bool | None = None
    """Only variables with (True) or without (False) `cluster=True`; None: both."""
    executor: Executor | None = None
    """Where it has to run; None: wherever is right."""
    origin: JobOrigin = JobOrigin.ARRIVAL
    priority: int = 0
    """Among requests and retries: the highest comes first."""
    user: str = ""
    """Who asked for it."""
    arrived_at: float | None = None
    """When the files came, Unix seconds UTC: of arrivals the newest comes first."""

    @property
    def scope(self) -> str:
        """What is to be evaluated, as text: equal for equal work on the same run and data."""
        names = None if self.variables is None else sorted(set(self.variables))
        return json.dumps([names, sorted(set(self.match)), self.cluster, self.executor])


@dataclass(frozen=True)
class AddedJob:
    """What became of a job that was to be queued."""

    id: int
    is_new: bool
    """False: the same was queued already, and that is the one."""


@dataclass(frozen=True)
class Placement:
    """Where a job was put; what is None stays as it was."""

    executor: Executor | None = None
    host: str | None = None
    pid: int | None = None
    slurm_id: str | None = None


@dataclass(frozen=True)
class Job:
    """A job in the ledger. All times are Unix seconds UTC by the daemon's clock."""

    id: int
    run_key: RunKey
    data: str
    variables: tuple[str, ...] | None
    match: tuple[str, ...]
    cluster: bool | None
    origin: JobOrigin
    user: str
    processing_id: str
    """A uuid4, for messages; with `attempt` it names one submission."""
    priority: int
    state: JobState
    reason: str
    """Why it failed, was cancelled or is queued again."""
    attempt: int
    """How often it was given to an executor."""
    merged_into: int | None
    """The job that does its work, if it was cancelled for being the same."""
    wanted_executor: Executor | None
    """Where it has to run; None: wherever is right."""
    created_at: float
    started_at: float | None
    ended_at: float | None
    executor: Executor | None
    """Where it was put, the last time."""
    host: str
    pid: int | None
    slurm_id: str
    variables_total: int
    variables_done: int
    """How many have an outcome, of whatever kind."""
    variables_failed: int

    def duration_s(self, now: float) -> float | None:
        """How long it ran or has been running; None if it did not begin."""
        if self.started_at is None:
            return None
        return max(0.0, (now if self.ended_at is None else self.ended_at) - self.started_at)
