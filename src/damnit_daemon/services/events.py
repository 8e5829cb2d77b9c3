"""Events that the daemon's threads send to its main loop; facts, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from ..ledger import Job, JobState, TakenFiles, VariableProgress
from ..model import RunKey, VariableInfo
from ..model.advance import Advance

MOST_TRIES = 8
"""Maximum number of attempts at a job whose results cannot be written to disk."""


@dataclass(frozen=True)
class JobBegan:
    """A runner started a job."""

    job_id: int
    names: tuple[str, ...]
    """The variables that it will evaluate."""


@dataclass(frozen=True)
class FilesTaken:
    """A job that computes all variables of some data has opened the files of its run."""

    key: RunKey
    data: str
    files: TakenFiles


@dataclass(frozen=True)
class FilesCame:
    """The files that jobs were waiting for have arrived, or will not arrive."""

    job_ids: tuple[int, ...]


@dataclass(frozen=True)
class VariableProgressed:
    """A variable of a job started, or has an outcome."""

    progress: VariableProgress


@dataclass(frozen=True)
class FunctionAdvanced:
    """The function of a variable has reported its progress."""

    job_id: int
    name: str
    advance: Advance


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
    """True if variables with `cluster=True` were selected but left to another job."""
    attempt: int | None = None
    """The attempt that is over; None: the current one."""


@dataclass(frozen=True)
class JobInterrupted:
    """A job was interrupted and must run again.

    Attributes:
        held_for: Hash of the unusable context file, empty if there is none; no job
            can run before it changes. None if that is not the reason.
        awaits_files: True if the run has no files yet: it starts once they exist.
        attempt: The attempt that was interrupted; None: the current one.
        waits: True if jobs must pause for a while: the disk took no results.
    """

    job_id: int
    reason: str
    held_for: str | None = None
    attempt: int | None = None
    awaits_files: bool = False
    waits: bool = False


def ended_unsaved(job: Job, reason: str, *, leaves_cluster_work: bool) -> JobOver | JobInterrupted:
    """End a job whose results could not be written to disk: it is retried later, a few times."""
    if job.attempt < MOST_TRIES:
        return JobInterrupted(job.id, f"{reason}. Retrying.", waits=True)
    return JobOver(job.id, JobState.FAILED, reason, leaves_cluster_work=leaves_cluster_work)


@dataclass(frozen=True)
class JobPlaced:
    """Slurm has a job under this id; or has started it."""

    job_id: int
    slurm_id: str
    host: str = ""
    is_running: bool = False


@dataclass(frozen=True)
class JobWaits:
    """Why a submitted job is still pending."""

    job_id: int
    reason: str


@dataclass(frozen=True)
class Remark:
    """A message for the log."""

    text: str


DaemonEvent = (
    JobBegan
    | FilesTaken
    | FilesCame
    | VariableProgressed
    | FunctionAdvanced
    | ValuesSaved
    | VariablesChanged
    | JobOver
    | JobInterrupted
    | JobPlaced
    | JobWaits
    | Remark
)
