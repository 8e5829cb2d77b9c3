"""Asks Slurm to do things, and how they stand."""

from __future__ import annotations

import os
import pwd
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from . import commands, parse
from .commands import Submission
from .errors import SlurmDown, SlurmError, SubmissionUnclear
from .job_id import SlurmId
from .parse import Partition
from .run_command import missing_commands, run_command
from .states import SlurmState
from .status import JobStatus

TIMEOUT_S = 60.0
PING_TIMEOUT_S = 5.0
LOOK_BACK_H = 48
"""How far back a submission is looked for in the accounting."""


@dataclass(frozen=True)
class ClusterInfo:
    """How one cluster is set up."""

    name: str
    version: str = ""
    partitions: tuple[Partition, ...] = ()
    known_clusters: tuple[str, ...] = ()
    """What `--clusters` takes; empty without accounting, where it takes nothing."""
    max_array_size: int = commands.LARGEST_ARRAY
    has_accounting: bool = False
    min_job_age_s: int = 300
    """How long the controller remembers a job that has ended."""

    def has_partition(self, name: str) -> bool:
        """Whether there is one of that name."""
        return any(partition.name == name for partition in self.partitions)


class SlurmClient:
    """The only one to start Slurm's commands; holds no state but what it learnt of the cluster.

    Each call may take as long as a command may; call it from a thread of its own.
    """

    def __init__(
        self, *, timeout_s: float = TIMEOUT_S, environment: Mapping[str, str] | None = None
    ) -> None:
        """Prepare; starts nothing.

        Args:
            timeout_s: How long one command may take. Slurm's own clients try for
                some ten seconds to reach a controller that is down.
            environment: In place of our own.
        """
        self._timeout_s = timeout_s
        self._environment = environment
        self._has_accounting: bool | None = None

    def available(self) -> str:
        """Why Slurm cannot be used on this machine; empty if it can. Asks nobody, is quick."""
        if missing := missing_commands(self._environment):
            return f"There is no {', '.join(missing)} on this machine."
        return ""

    def unusable(self) -> str:
        """Why this machine is none to submit from; empty if it is, even if Slurm is down.

        Slurm's commands alone do not make it one: they have to know a controller.
        """
        if reason := self.available():
            return reason
        base = os.environ if self._environment is None else self._environment
        if (named := base.get("SLURM_CONF")) and not Path(named).exists():
            return f"SLURM_CONF names {named}, which is not there."
        try:
            run_command(["scontrol", "ping"], timeout_s=PING_TIMEOUT_S, base=self._environment)
        except SlurmError as error:
            if "configuration source" in str(error).casefold():
                return "Slurm's commands are on this machine, but know of no cluster."
        return ""

    def describe(self, cluster: str = "") -> ClusterInfo:
        """How a cluster is set up; one command each for itself, its partitions, its neighbours.

        Args:
            cluster: Its name; empty for the one that commands go to by themselves.

        Raises:
            SlurmError: If it cannot be asked, or there is no such cluster.
        """
        config = parse.parse_config(self._run(commands.config_command(cluster)))
        has_accounting = config.get("AccountingStorageType", "").endswith("slurmdbd")
        self._has_accounting = has_accounting
        return ClusterInfo(
            name=config.get("ClusterName", cluster),
            version=config.get("SLURM_VERSION", ""),
            partitions=parse.parse_partitions(self._run(commands.sinfo_command(cluster))),
            known_clusters=self._known_clusters() if has_accounting else (),
            max_array_size=_first_number(config.get("MaxArraySize"), commands.LARGEST_ARRAY),
            has_accounting=has_accounting,
            min_job_age_s=_first_number(config.get("MinJobAge"), 300),
        )

    def submit(self, submission: Submission) -> SlurmId:
        """Hand a job, or an array, to Slurm; its number.

        Raises:
            SlurmDown: If Slurm cannot be reached; nothing was submitted.
            SubmissionUnclear: If no answer came; `find_by_comment` may know.
            SubmissionRefused: If Slurm does not take it; says why and what to do.
        """
        text = self._run(commands.sbatch_command(submission))
        try:
            for number in parse.parse_submitted(text):
                if self._controls(number, submission.comment):
                    return number
        except SlurmDown as error:
            raise SubmissionUnclear(f"The job may be in Slurm: {error.message}") from None
        raise SubmissionUnclear(
            f"Slurm did not say which number the job has: {text.strip()[:200]!r}"
        )

    def find_by_comment(self, comment: str, clusters: Iterable[str] = ()) -> SlurmId | None:
        """Look for a submission of this user; None if Slurm has none.

        Where there is no accounting, Slurm forgets a job some minutes after its end
        (`MinJobAge`): then only what it left in its folder shows that it was there.

        Args:
            comment: That of the submission.
            clusters: Where it may be; none: the only cluster there is.

        Raises:
            SlurmDown: If it cannot be known now.
        """
        user, names = os.getuid(), [name for name in clusters if name]
        for name in names or [""]:
            asked = [name] if name else []
            text = self._ask(commands.squeue_command(asked, user=user, ended=True))
            for status in parse.parse_squeue(text, name):
                if status.comment == comment:
                    return status.id.array
        if not self._accounting():
            return None
        for name in names or [""]:
            text = self._ask(commands.sacct_recent_command(name, user=user, hours=LOOK_BACK_H))
            for status in parse.parse_sacct(text, name):
                if _has_comment(status, comment):
                    return status.id.array
        return None

    def belongs_to(self, array: SlurmId, comment: str) -> bool | None:
        """Whether a job has a submission's comment; None if Slurm knows no job of that number.

        Raises:
            SlurmDown: If it cannot be known now.
        """
        if array.cluster and not self._knows_cluster(array.cluster):
            return False
        found = self._controlled(array)
        if not found and self._accounting():
            text = self._ask(commands.sacct_command([array.id], array.cluster))
            listed = parse.parse_sacct(text, array.cluster)
            found = [status for status in listed if status.id.array == array]
        return any(_has_comment(status, comment) for status in found) if found else None

    def poll(self, ids: Collection[SlurmId]) -> dict[SlurmId, JobStatus]:
        """How jobs and tasks stand; each that was asked for is in the answer.

        One `squeue` for all; only for those that it does not list any more the
        accounting is asked, and then the controller. What nobody knows is GONE.

        Raises:
            SlurmDown: If the controller cannot be asked: then nothing is known, and
                least of all that a job is gone.
        """
        if not ids:
            return {}
        wanted = commands.group_by_cluster(ids)
        known = {status.id: status for status in self._queued(list(wanted))}
        found = {each: known[each] for each in ids if each in known}
        for cluster, group in wanted.items():
            missing = [each for each in group if each not in found]
            if missing:
                found |= self._ended(missing, cluster)
        gone = (JobStatus(each, SlurmState.GONE) for each in ids if each not in found)
        return found | {status.id: status for status in gone}

    def cancel(self, ids: Iterable[SlurmId], comment: str) -> None:
        """Ask Slurm to end jobs or tasks; those that are over already are no error.

        Args:
            ids: Which.
            comment: Of their submission; a job with another one is not ours, and left alone.

        Raises:
            SlurmError: If it cannot be asked, or they are another user's.
        """
        for cluster, group in commands.group_by_cluster(ids).items():
            arrays = {each.array for each in group}
            ours = {array for array in arrays if self._controls(array, comment)}
            for some in _portions([each.id for each in group if each.array in ours]):
                self._run(commands.scancel_command(some, cluster))

    def find_reservation(self, name: str, cluster: str = "") -> str:
        """What Slurm says of a reservation in one line; empty if there is none.

        Raises:
            SlurmDown: If it cannot be asked.
        """
        try:
            return self._run(commands.reservation_command(name, cluster)).strip()
        except SlurmDown:
            raise
        except SlurmError:
            return ""

    def _queued(self, clusters: list[str]) -> list[JobStatus]:
        """What `squeue` lists; it prints no cluster's name where only one is asked without."""
        found: list[JobStatus] = []
        user, named = os.getuid(), [name for name in clusters if name]
        if "" in clusters:
            found += parse.parse_squeue(self._ask(commands.squeue_command(user=user)))
        if named:
            text = self._ask(commands.squeue_command(named, user=user))
            found += parse.parse_squeue(text, named[0] if len(named) == 1 else "")
        return found

    def _ended(self, ids: list[SlurmId], cluster: str) -> dict[SlurmId, JobStatus]:
        found: dict[SlurmId, JobStatus] = {}
        if self._accounting():
            found = self._accounted(ids, cluster)
        # The accounting lags: it may call running what has just ended. The controller knows.
        uncertain = {each for each in ids if each not in found or not found[each].state.is_over}
        for array in dict.fromkeys(each.array for each in ids if each in uncertain):
            for status in self._controlled(array):
                if status.id in uncertain:
                    found[status.id] = status
        return found

    def _accounted(self, ids: list[SlurmId], cluster: str) -> dict[SlurmId, JobStatus]:
        arrays = list(dict.fromkeys(each.array.id for each in ids))
        found: dict[SlurmId, JobStatus] = {}
        for some in _portions(arrays):
            try:
                text = self._run(commands.sacct_command(some, cluster))
            except SlurmError:
                continue  # the controller may still know
            for status in parse.parse_sacct(text, cluster):
                found[status.id] = _with_name(status)
        return {each: found[each] for each in ids if each in found}

    def _controlled(self, array: SlurmId) -> list[JobStatus]:
        try:
            text = self._run(commands.scontrol_job_command(array.id, array.cluster))
        except SlurmDown:
            raise
        except SlurmError:
            return []
        return parse.parse_scontrol_jobs(text, array.cluster)

    def _controls(self, array: SlurmId, comment: str) -> bool:
        """Whether the controller knows a job of that number with that comment."""
        return any(status.comment == comment for status in self._controlled(array))

    def _knows_cluster(self, name: str) -> bool:
        if not self._accounting():
            return False
        if not (known := self._known_clusters()):
            raise SlurmDown("Slurm's accounting does not say which clusters there are.")
        return name in known

    def _known_clusters(self) -> tuple[str, ...]:
        try:
            return parse.parse_clusters(self._run(commands.clusters_command()))
        except SlurmError:  # the controller does its work without the accounting
            return ()

    def _accounting(self) -> bool:
        if self._has_accounting is None:
            config = parse.parse_config(self._run(commands.config_command()))
            self._has_accounting = config.get("AccountingStorageType", "").endswith("slurmdbd")
        return self._has_accounting

    def _ask(self, words: list[str]) -> str:
        """Run a command whose failure, whatever it is, means that nothing is known."""
        try:
            return self._run(words)
        except SlurmDown:
            raise
        except SlurmError as error:
            raise SlurmDown(error.message, hint=error.hint) from error

    def _run(self, words: list[str]) -> str:
        return run_command(words, timeout_s=self._timeout_s, base=self._environment)[0]


def _has_comment(status: JobStatus, comment: str) -> bool:
    """Whether a job was submitted with that comment; the accounting may keep its options only."""
    return status.comment == comment or f"--comment={comment}" in status.submitted_with.split()


def _with_name(status: JobStatus) -> JobStatus:
    """Put the login name where the accounting has a number."""
    if not status.cancelled_by.isdigit():
        return status
    try:
        name = pwd.getpwuid(int(status.cancelled_by)).pw_name
    except (KeyError, OverflowError):
        return status
    return replace(status, cancelled_by=name)


def _portions(ids: list[str], size: int = 500) -> Iterable[list[str]]:
    """Divide what would be too long for a command line."""
    return (ids[first : first + size] for first in range(0, len(ids), size))


def _first_number(text: str | None, default: int) -> int:
    word = (text or "").split(" ")[0]
    return int(word) if word.isdigit() else default
