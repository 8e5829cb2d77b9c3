"""What the threads of the daemon tell its loop; facts, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from ..ledger import JobState, VariableProgress
from ..model import RunKey, VariableInfo


@dataclass(frozen=True)
class JobBegan:
    """A runner took a job."""

    job_id: int
    names: tuple[str, ...]
    """The variables that it is going to evaluate."""


@dataclass(frozen=True)
class VariableProgressed:
    """A variable of a job began, or has an outcome."""

    progress: VariableProgress


@dataclass(frozen=True)
class ValuesSaved:
    """Values of a run were committed to the database."""

    key: RunKey
    names: tuple[str, ...]


@dataclass(frozen=True)
class VariablesChanged:
    """Declarations of variables were committed to the database."""

    variables: tuple[VariableInfo, ...]


@dataclass(frozen=True)
class JobOver:
    """A job is over: `DONE`, `FAILED` or `CANCELLED`."""

    job_id: int
    state: JobState
    reason: str = ""
    leaves_cluster_work: bool = False
    """Variables with `cluster=True` are wanted, and it had to leave them to another job."""
    attempt: int | None = None
    """Which attempt is over; None: whichever it is at."""


@dataclass(frozen=True)
class JobInterrupted:
    """A job did not come to its end, and is still owed.

    Attributes:
        held_for: The hash of the context file that cannot be used, empty if there is
            none; no job can run before it changes. None if that is not the reason.
        attempt: Which attempt was interrupted; None: whichever it is at.
    """

    job_id: int
    reason: str
    held_for: str | None = None
    attempt: int | None = None


@dataclass(frozen=True)
class JobPlaced:
    """Slurm has a job under this number; or has begun it."""

    job_id: int
    slurm_id: str
    host: str = ""
    is_running: bool = False


@dataclass(frozen=True)
class JobWaits:
    """Why a job that was submitted does not begin."""

    job_id: int
    reason: str


@dataclass(frozen=True)
class Remark:
    """Something for the log."""

    text: str


News = (
    JobBegan
    | VariableProgressed
    | ValuesSaved
    | VariablesChanged
    | JobOver
    | JobInterrupted
    | JobPlaced
    | JobWaits
    | Remark
)
