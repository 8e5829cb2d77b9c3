"""Jobs: one run whose variables are to be evaluated. Plain values."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from ..model import RunKey
from ..runner.parameter import Plain

_CONTEXT_ID = r"[0-9a-f]{16}(?:-[0-9a-f]{16})?"
_LAST = re.compile(rf', "({_CONTEXT_ID})"\]\Z')

Parameters = tuple[tuple[str, Plain], ...]
"""Names and values of parameters of the context file."""


class JobState(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    SUBMITTED = "submitted"
    """Handed to its executor, not started yet."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """True if the state is final."""
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}


ACTIVE = (JobState.SUBMITTED, JobState.RUNNING)
"""States of jobs that an executor has."""


class JobOrigin(StrEnum):
    """Reason why a job was created."""

    ARRIVAL = "arrival"
    REQUEST = "request"
    RETRY = "retry"


class Executor(StrEnum):
    """Where a job runs."""

    LOCAL = "local"
    SLURM = "slurm"


class SlurmTask(StrEnum):
    """Which jobs without an explicit executor run in Slurm."""

    WANTED = "wanted"
    """None."""
    CLUSTER = "cluster"
    """Jobs for variables with `cluster=True`."""
    ALL = "all"


@dataclass(frozen=True)
class NewJob:
    """Job to be queued."""

    run_key: RunKey
    data: str = "all"
    """`raw`, `proc` or `all`: which variables to evaluate, by the data they need."""
    variables: tuple[str, ...] | None = None
    """Exact names, in any order; None for all."""
    match: tuple[str, ...] = ()
    """Substrings of titles; ignored when `variables` is given."""
    cluster: bool | None = None
    """Only variables with (True) or without (False) `cluster=True`; None for both."""
    executor: Executor | None = None
    """Where it must run; None for the default."""
    origin: JobOrigin = JobOrigin.ARRIVAL
    priority: int = 0
    """Order of requests and retries: highest first."""
    user: str = ""
    """User who requested it."""
    parameters: Parameters = ()
    """Values that differ from those of the run."""
    arrived_at: float | None = None
    """Time of arrival of the files, Unix seconds UTC: newest arrivals first."""
    context: str = ""
    """ID of the earlier context file to use; empty for the folder's own."""

    @property
    def scope(self) -> str:
        """Scope of the evaluation as text: equal for equal work on the same run and data."""
        names = None if self.variables is None else sorted(set(self.variables))
        parts: list[object] = [names, sorted(set(self.match)), self.cluster, self.executor]
        parts += [dict(self.parameters)] if self.parameters else []
        return json.dumps([*parts, self.context] if self.context else parts)


def context_of_scope(scope: object) -> str:
    """Return the earlier context file that is part of a stored scope; empty if there is none."""
    match = _LAST.search(scope[-50:]) if isinstance(scope, str) else None
    return match[1] if match else ""


def is_context_id(text: str) -> bool:
    """Return True if a text can be the ID of a kept context file, and so a part of a path."""
    return re.fullmatch(_CONTEXT_ID, text) is not None


@dataclass(frozen=True)
class AddedJob:
    """Result of queueing a job."""

    id: int
    is_new: bool
    """False if the same job was queued already; that one is given."""


@dataclass(frozen=True)
class Placement:
    """Where a job was placed; fields that are None stay unchanged."""

    executor: Executor | None = None
    host: str | None = None
    pid: int | None = None
    slurm_id: str | None = None


@dataclass(frozen=True)
class Job:
    """Job in the ledger. All times are Unix seconds UTC by the daemon's clock."""

    id: int
    run_key: RunKey
    data: str
    variables: tuple[str, ...] | None
    match: tuple[str, ...]
    cluster: bool | None
    origin: JobOrigin
    user: str
    processing_id: str
    """UUID4, for messages; with `attempt` it identifies one submission."""
    priority: int
    state: JobState
    reason: str
    """Why it failed, was cancelled or was requeued."""
    attempt: int
    """Number of submissions to an executor."""
    merged_into: int | None
    """Job that does its work, if it was cancelled as a duplicate."""
    wanted_executor: Executor | None
    """Where it must run; None for the default."""
    created_at: float
    started_at: float | None
    ended_at: float | None
    executor: Executor | None
    """Where it was last placed."""
    host: str
    pid: int | None
    slurm_id: str
    variables_total: int
    variables_done: int
    """Number of variables with any final outcome."""
    variables_failed: int
    context: str = ""
    """ID of the earlier context file it uses; empty for the folder's own."""

    def duration_s(self, now: float) -> float | None:
        """Return how long it ran or has been running; None if it has not started."""
        if self.started_at is None:
            return None
        return max(0.0, (now if self.ended_at is None else self.ended_at) - self.started_at)
