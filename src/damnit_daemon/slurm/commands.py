"""The command lines by which Slurm is asked for things. Pure; nothing here starts anything."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .job_id import SlurmId

LARGEST_ARRAY = 1000
"""Tasks of an array, as DAMNIT has it; some clusters allow fewer."""

SQUEUE_FORMAT = "%i|%T|%B|%r|%k"
"""Job, state, node, reason, comment: that which may hold a `|` comes last."""
SACCT_FORMAT = "jobid,state,exitcode,nodelist,reason,comment,submitline"
SINFO_FORMAT = "%P|%a|%D"


@dataclass(frozen=True)
class Resources:
    """What a job asks for. Empty: Slurm's default."""

    clusters: str = ""
    """One name, or several with commas between: where it can begin first."""
    partition: str = ""
    reservation: str = ""
    """Wins over the partition."""
    time: str = ""
    """As Slurm writes it, `02:00:00`."""
    cpus: int = 0
    memory: str = ""
    """`25G`."""
    exclusive: bool = False
    extra: tuple[str, ...] = ()
    """More words for `sbatch`, as they are; they stand last and win."""

    def options(self) -> list[str]:
        """As words for `sbatch`."""
        words = [f"--clusters={self.clusters}"] if self.clusters else []
        if self.reservation:
            words.append(f"--reservation={self.reservation}")
        elif self.partition:
            words.append(f"--partition={self.partition}")
        if self.time:
            words.append(f"--time={self.time}")
        if self.cpus:
            words.append(f"--cpus-per-task={self.cpus}")
        if self.memory:
            words.append(f"--mem={self.memory}")
        if self.exclusive:
            words.append("--exclusive")
        return [*words, *self.extra]


@dataclass(frozen=True)
class Submission:
    """One job, or one array of them, to be handed to Slurm."""

    script: Path
    job_name: str
    comment: str
    """Names this submission and no other: by it an uncertain one is found again."""
    resources: Resources
    working_folder: Path
    output: str = "/dev/null"
    """For what goes wrong before the runner has begun; `%a` is the task's number."""
    array_size: int | None = None
    """Tasks, numbered from 0; None makes a single job."""
    array_limit: int | None = None
    """How many of the tasks may run at the same time."""
    arguments: tuple[str, ...] = ()
    """Of the script."""

    def __post_init__(self) -> None:
        if self.array_size is not None and self.array_size < 1:
            raise ValueError("an array without tasks")


def sbatch_command(submission: Submission) -> list[str]:
    """The words that submit it; their output is for `parse_submitted`.

    Slurm must not begin it anew by itself: what is owed after a node has failed
    is for the ledger to decide.
    """
    words = ["sbatch", "--parsable", *submission.resources.options()]
    words += [f"--job-name={submission.job_name}", f"--comment={submission.comment}"]
    words += [f"--chdir={submission.working_folder}", f"--output={submission.output}"]
    words += ["--open-mode=append", "--no-requeue"]
    if submission.array_size is not None:
        limit = f"%{submission.array_limit}" if submission.array_limit else ""
        words.append(f"--array=0-{submission.array_size - 1}{limit}")
    return [*words, os.fspath(submission.script), *submission.arguments]


def squeue_command(clusters: Iterable[str] = (), *, user: int, ended: bool = False) -> list[str]:
    """The words that list a user's jobs, each task of an array on a line of its own.

    All of the user's rather than those wanted: a list of ids makes it fail when
    the only one is no longer known, and may be longer than a command line.

    Args:
        clusters: Their names; none: the only cluster there is.
        user: Number of the user.
        ended: Also those that ended of late.
    """
    words = ["squeue", *_clusters(clusters), f"--user={user}", "--array"]
    words += ["--states=all"] if ended else []
    return [*words, f"--format={SQUEUE_FORMAT}"]


def sacct_command(ids: Collection[str], cluster: str = "") -> list[str]:
    """The words that ask the accounting for jobs of the last month."""
    return [*_sacct(cluster), f"--jobs={','.join(ids)}", "--starttime=now-30days"]


def sacct_recent_command(cluster: str = "", *, user: int, hours: int) -> list[str]:
    """The words that ask the accounting for a user's jobs of the last hours."""
    return [*_sacct(cluster), f"--user={user}", f"--starttime=now-{hours}hours"]


def scontrol_job_command(job: str, cluster: str = "") -> list[str]:
    """The words that ask the controller for a job, or for all tasks of an array."""
    return ["scontrol", *_clusters([cluster]), "--oneliner", "show", "job", job]


def scancel_command(ids: Iterable[str], cluster: str = "") -> list[str]:
    """The words that end jobs."""
    return ["scancel", *_clusters([cluster]), *ids]


def sinfo_command(cluster: str = "") -> list[str]:
    """The words that list the partitions."""
    return ["sinfo", *_clusters([cluster]), "--noheader", f"--format={SINFO_FORMAT}"]


def config_command(cluster: str = "") -> list[str]:
    """The words that ask the controller how it is set up."""
    return ["scontrol", *_clusters([cluster]), "show", "config"]


def clusters_command() -> list[str]:
    """The words that ask the accounting which clusters there are."""
    return ["sacctmgr", "--noheader", "--parsable2", "show", "clusters", "format=cluster"]


def reservation_command(name: str, cluster: str = "") -> list[str]:
    """The words that ask for a reservation."""
    return ["scontrol", *_clusters([cluster]), "--oneliner", "show", "reservation", name]


def task_batches(number: int, max_array_size: int = LARGEST_ARRAY) -> list[range]:
    """Divide tasks among arrays that Slurm takes.

    Args:
        number: Of tasks.
        max_array_size: Slurm's `MaxArraySize`: one more than the highest index.
    """
    size = max(1, min(LARGEST_ARRAY, max_array_size))
    return [range(first, min(first + size, number)) for first in range(0, number, size)]


def group_by_cluster(ids: Iterable[SlurmId]) -> dict[str, list[SlurmId]]:
    """Jobs by the cluster they are in, in the order given."""
    groups: dict[str, list[SlurmId]] = {}
    for each in ids:
        groups.setdefault(each.cluster, []).append(each)
    return groups


def _sacct(cluster: str) -> list[str]:
    words = ["sacct", *_clusters([cluster]), "--noheader", "--parsable2", "--allocations"]
    return [*words, f"--format={SACCT_FORMAT}"]


def _clusters(names: Iterable[str]) -> Sequence[str]:
    joined = ",".join(name for name in names if name)
    return [f"--clusters={joined}"] if joined else []
