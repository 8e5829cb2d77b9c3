"""What the threads of the daemon tell its loop; facts, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass

from ..ledger import Job, JobState, TakenFiles, VariableProgress
from ..model import RunKey, VariableInfo
from ..runner.protocol import FilesFound

MOST_TRIES = 8
"""How often a job is done whose results the disk does not take."""


@dataclass(frozen=True)
class JobBegan:
    """A runner took a job."""

    job_id: int
    names: tuple[str, ...]
    """The variables that it is going to evaluate."""


@dataclass(frozen=True)
class FilesTaken:
    """A job that computes all variables of some data has opened the files of its run."""

    key: RunKey
    data: str
    files: TakenFiles


@dataclass(frozen=True)
class FilesCame:
    """The files that jobs were waiting for are there, or will not come."""

    job_ids: tuple[int, ...]


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
        awaits_files: Whether the run has no files yet: it is not begun before they are there.
        attempt: Which attempt was interrupted; None: whichever it is at.
        waits: Whether jobs are to wait a while: the disk took no results.
    """

    job_id: int
    reason: str
    held_for: str | None = None
    attempt: int | None = None
    awaits_files: bool = False
    waits: bool = False


def ended_owing(job: Job, reason: str, *, leaves_cluster_work: bool) -> JobOver | JobInterrupted:
    """A job whose results the disk did not take: it is done again later, a few times."""
    if job.attempt < MOST_TRIES:
        return JobInterrupted(job.id, f"{reason}. It is tried again.", waits=True)
    return JobOver(job.id, JobState.FAILED, reason, leaves_cluster_work=leaves_cluster_work)


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


def files_taken(job: Job, event: FilesFound) -> FilesTaken | None:
    """Turn what a runner found into news; None if it is none, or the job is about few variables.

    A job of the second stage reads what the first one has taken.
    """
    is_whole = job.variables is None and not job.match and job.cluster is not True
    if not is_whole or job.data not in (event.data, "all"):
        return None
    try:
        files = TakenFiles(
            event.number, event.size_bytes, event.newest_ns, event.folder_ns, event.unreadable
        )
    except ValueError:  # it comes from the user's Python
        return None
    return FilesTaken(job.run_key, event.data, files)


News = (
    JobBegan
    | FilesTaken
    | FilesCame
    | VariableProgressed
    | ValuesSaved
    | VariablesChanged
    | JobOver
    | JobInterrupted
    | JobPlaced
    | JobWaits
    | Remark
)
