"""Build Slurm's command lines. Pure: nothing here starts a process."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from .job_id import SlurmId

LARGEST_ARRAY = 1000
"""DAMNIT's limit on the tasks of an array; some clusters allow fewer."""

SQUEUE_FORMAT = "%i|%T|%B|%r|%k"
"""Job, state, node, reason, comment; the comment is last because it may contain `|`."""
SACCT_FORMAT = "jobid,state,exitcode,nodelist,reason,comment,submitline"
SINFO_FORMAT = "%P|%a|%D"

MEMORY_OPTION = re.compile(r"--mem(-per-[a-z]+)?(=|$)")
"""Slurm accepts only one of `--mem`, `--mem-per-cpu` and `--mem-per-gpu`."""
OPTIONS_SETTING = "slurm_options"


@dataclass(frozen=True)
class Resources:
    """Resources that a job requests. Empty: Slurm's default."""

    clusters: str = ""
    """One name, or several separated by commas: the job goes where it can start first."""
    partition: str = ""
    reservation: str = ""
    """Takes precedence over the partition."""
    time: str = ""
    """In Slurm's format, `02:00:00`."""
    cpus: int = 0
    memory: str = ""
    """For example `25G`."""
    exclusive: bool = False
    """A node of its own, with all its cores, and with all its memory unless an amount is set."""
    extra: tuple[str, ...] = ()
    """Further `sbatch` options, passed unchanged; they come last and take precedence."""

    @property
    def memory_setting(self) -> str:
        """The setting the memory comes from; only jobs on shared nodes name their CPUs."""
        if not self.memory and requests_memory(self.extra):
            return OPTIONS_SETTING
        return "noncluster_mem" if self.cpus else "slurm_mem"

    def options(self) -> list[str]:
        """Return them as `sbatch` options."""
        words = [f"--clusters={self.clusters}"] if self.clusters else []
        if self.reservation:
            words.append(f"--reservation={self.reservation}")
        elif self.partition:
            words.append(f"--partition={self.partition}")
        if self.time:
            words.append(f"--time={self.time}")
        if self.cpus:
            words.append(f"--cpus-per-task={self.cpus}")
        needs_all = self.exclusive and not requests_memory(self.extra)
        if memory := self.memory or ("0" if needs_all else ""):
            words.append(f"--mem={memory}")
        if self.exclusive:
            words.append("--exclusive")
        return [*words, *self.extra]

    def with_limits(self, memory: str, time: str) -> Resources:
        """Return them with a job's own limits; an empty one changes nothing."""
        extra = _without_memory(self.extra) if memory else self.extra
        return replace(self, memory=memory or self.memory, time=time or self.time, extra=extra)


@dataclass(frozen=True)
class Submission:
    """A job, or an array of jobs, to submit to Slurm."""

    script: Path
    job_name: str
    comment: str
    """Unique to this submission: used to find it again if its outcome is uncertain."""
    resources: Resources
    working_folder: Path
    output: str = "/dev/null"
    """Receives errors from before the runner starts; `%a` is the task's number."""
    array_size: int | None = None
    """Number of tasks, counted from 0; None submits a single job."""
    array_limit: int | None = None
    """Maximum number of tasks that run at the same time."""
    arguments: tuple[str, ...] = ()
    """Arguments of the script."""

    def __post_init__(self) -> None:
        if self.array_size is not None and self.array_size < 1:
            raise ValueError("an array without tasks")


def sbatch_command(submission: Submission) -> list[str]:
    """Build the command that submits it; `parse_submitted` parses its output.

    Slurm must not requeue it: after a node failure the ledger decides what to
    compute again.
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
    """Build the command that lists a user's jobs, with each task of an array on its own line.

    It lists all of the user's jobs, not only those requested: with a list of ids it fails
    if the only one is no longer known, and the list may exceed a command line.

    Args:
        clusters: Their names; none: the only cluster there is.
        user: User id.
        ended: Include jobs that have recently ended.
    """
    words = ["squeue", *_clusters(clusters), f"--user={user}", "--array"]
    words += ["--states=all"] if ended else []
    return [*words, f"--format={SQUEUE_FORMAT}"]


def sacct_command(ids: Collection[str], cluster: str = "") -> list[str]:
    """Build the command that queries the accounting for jobs of the last month."""
    return [*_sacct(cluster), f"--jobs={','.join(ids)}", "--starttime=now-30days"]


def sacct_recent_command(cluster: str = "", *, user: int, hours: int) -> list[str]:
    """Build the command that queries the accounting for a user's jobs of the last hours."""
    return [*_sacct(cluster), f"--user={user}", f"--starttime=now-{hours}hours"]


def scontrol_job_command(job: str, cluster: str = "") -> list[str]:
    """Build the command that queries the controller for a job, or for all tasks of an array."""
    return ["scontrol", *_clusters([cluster]), "--oneliner", "show", "job", job]


def scancel_command(ids: Iterable[str], cluster: str = "") -> list[str]:
    """Build the command that cancels jobs."""
    return ["scancel", *_clusters([cluster]), *ids]


def sinfo_command(cluster: str = "") -> list[str]:
    """Build the command that lists the partitions."""
    return ["sinfo", *_clusters([cluster]), "--noheader", f"--format={SINFO_FORMAT}"]


def config_command(cluster: str = "") -> list[str]:
    """Build the command that shows the controller's configuration."""
    return ["scontrol", *_clusters([cluster]), "show", "config"]


def clusters_command() -> list[str]:
    """Build the command that lists the clusters known to the accounting."""
    return ["sacctmgr", "--noheader", "--parsable2", "show", "clusters", "format=cluster"]


def reservation_command(name: str, cluster: str = "") -> list[str]:
    """Build the command that shows a reservation."""
    return ["scontrol", *_clusters([cluster]), "--oneliner", "show", "reservation", name]


def task_batches(number: int, max_array_size: int = LARGEST_ARRAY) -> list[range]:
    """Split tasks into arrays of a size that Slurm accepts.

    Args:
        number: Number of tasks.
        max_array_size: Slurm's `MaxArraySize`: one more than the highest index.
    """
    size = max(1, min(LARGEST_ARRAY, max_array_size))
    return [range(first, min(first + size, number)) for first in range(0, number, size)]


def group_by_cluster(ids: Iterable[SlurmId]) -> dict[str, list[SlurmId]]:
    """Group jobs by their cluster, in the given order."""
    groups: dict[str, list[SlurmId]] = {}
    for each in ids:
        groups.setdefault(each.cluster, []).append(each)
    return groups


def requests_memory(options: Iterable[str]) -> bool:
    """Return True if one of these `sbatch` options requests memory."""
    return any(amount is not None for _, amount in _with_amounts(options))


def total_memory(options: Iterable[str]) -> str:
    """Return the amount of the last `--mem` among `sbatch` options; empty if none limits it."""
    amounts = [
        amount
        for words, amount in _with_amounts(options)
        if amount is not None and not words[0].startswith("--mem-per-")
    ]
    return amounts[-1] if amounts and amounts[-1].strip("0") else ""


def _without_memory(options: Iterable[str]) -> tuple[str, ...]:
    kept = (words for words, amount in _with_amounts(options) if amount is None)
    return tuple(chain.from_iterable(kept))


def _with_amounts(options: Iterable[str]) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Yield the options, `--mem 5G` as one; with the amount if one requests memory."""
    words = iter(options)
    for word in words:
        match = MEMORY_OPTION.match(word)
        if match is None:
            yield (word,), None
        elif match[2]:
            yield (word,), word[match.end() :]
        else:
            amount = next(words, "")
            yield (word, amount), amount


def _sacct(cluster: str) -> list[str]:
    words = ["sacct", *_clusters([cluster]), "--noheader", "--parsable2", "--allocations"]
    return [*words, f"--format={SACCT_FORMAT}"]


def _clusters(names: Iterable[str]) -> Sequence[str]:
    joined = ",".join(name for name in names if name)
    return [f"--clusters={joined}"] if joined else []
