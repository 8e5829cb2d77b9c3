"""Submit, poll and cancel jobs in Slurm."""

from __future__ import annotations

import os
import pwd
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from . import commands, parse
from .commands import Submission
from .errors import (
    MEMORY_SETTING,
    SlurmDown,
    SlurmError,
    SubmissionRefused,
    SubmissionUnclear,
)
from .job_id import SlurmId
from .parse import Partition
from .run_command import missing_commands, run_command
from .states import SlurmState
from .status import JobStatus

TIMEOUT_S = 60.0
PING_TIMEOUT_S = 5.0
LOOK_BACK_H = 48
"""How far back the accounting is searched for a submission, in hours."""


@dataclass(frozen=True)
class ClusterInfo:
    """Configuration of one cluster."""

    name: str
    version: str = ""
    partitions: tuple[Partition, ...] = ()
    known_clusters: tuple[str, ...] = ()
    """Valid values of `--clusters`; empty without accounting, where the option accepts none."""
    max_array_size: int = commands.LARGEST_ARRAY
    has_accounting: bool = False
    min_job_age_s: int = 300
    """How long the controller keeps a job after its end."""

    def has_partition(self, name: str) -> bool:
        """Return True if the cluster has a partition of that name."""
        return any(partition.name == name for partition in self.partitions)


class SlurmClient:
    """The only class that runs Slurm's commands; caches nothing but facts about the cluster.

    Each call may block for as long as a command runs; call it from its own thread.
    """

    def __init__(
        self, *, timeout_s: float = TIMEOUT_S, environment: Mapping[str, str] | None = None
    ) -> None:
        """Create a client; runs no command.

        Args:
            timeout_s: Limit for each command. Slurm's own clients retry for some ten
                seconds when the controller is down.
            environment: Used instead of the environment of this process.
        """
        self._timeout_s = timeout_s
        self._environment = environment
        self._has_accounting: bool | None = None

    def available(self) -> str:
        """Return why Slurm cannot be used on this machine; empty if it can. Runs no command."""
        if missing := missing_commands(self._environment):
            return f"There is no {', '.join(missing)} on this machine."
        return ""

    def unusable(self) -> str:
        """Return why jobs cannot be submitted here; empty if they can, even if Slurm is down.

        Having Slurm's commands is not enough: they must be configured for a controller.
        """
        if reason := self.available():
            return reason
        base = os.environ if self._environment is None else self._environment
        if (named := base.get("SLURM_CONF")) and not Path(named).exists():
            return f"SLURM_CONF names {named}, which does not exist."
        try:
            run_command(["scontrol", "ping"], timeout_s=PING_TIMEOUT_S, base=self._environment)
        except SlurmError as error:
            if "configuration source" in str(error).casefold():
                return "Slurm's commands are installed, but no cluster is configured."
        return ""

    def describe(self, cluster: str = "") -> ClusterInfo:
        """Query the configuration, the partitions and the known clusters, with one command each.

        Args:
            cluster: Its name; empty for the default cluster.

        Raises:
            SlurmError: If it cannot be queried, or there is no such cluster.
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
        """Submit a job or an array and return its id.

        Raises:
            SlurmDown: If Slurm cannot be reached; nothing was submitted.
            SubmissionUnclear: If no response came; try `find_by_comment`.
            SubmissionRefused: If Slurm rejects it; gives the reason and what to do.
        """
        try:
            text = self._run(commands.sbatch_command(submission))
        except SubmissionRefused as error:
            setting = submission.resources.memory_setting
            if setting != commands.OPTIONS_SETTING:
                error.hint = error.hint.replace(MEMORY_SETTING, setting)
            elif MEMORY_SETTING in error.hint:
                error.hint = f"Request less memory in {setting}."
            raise
        try:
            for number in parse.parse_submitted(text):
                if self._controls(number, submission.comment):
                    return number
        except SlurmDown as error:
            raise SubmissionUnclear(f"The job may be in Slurm: {error.message}") from None
        raise SubmissionUnclear(f"Slurm did not return a job number: {text.strip()[:200]!r}")

    def find_by_comment(self, comment: str, clusters: Iterable[str] = ()) -> SlurmId | None:
        """Find a submission of this user; None if Slurm has none.

        Without accounting, Slurm forgets a job some minutes after its end (`MinJobAge`):
        then only the files in its folder prove that it existed.

        Args:
            comment: The comment of the submission.
            clusters: Clusters to search; none: the only cluster there is.

        Raises:
            SlurmDown: If this cannot be determined now.
        """
        user, names = os.getuid(), [name for name in clusters if name]
        for name in names or [""]:
            searched = [name] if name else []
            text = self._ask(commands.squeue_command(searched, user=user, ended=True))
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
        """Check that a job has a submission's comment; None if Slurm knows no job with that id.

        Raises:
            SlurmDown: If this cannot be determined now.
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
        """Return the status of jobs and tasks, with an entry for each requested id.

        One `squeue` covers all of them; those it no longer lists are looked up in the
        accounting, then in the controller. A job that neither knows is GONE.

        Raises:
            SlurmDown: If the controller cannot be queried: then nothing is known, and
                no job may be taken as gone.
        """
        if not ids:
            return {}
        by_cluster = commands.group_by_cluster(ids)
        known = {status.id: status for status in self._queued(list(by_cluster))}
        found = {each: known[each] for each in ids if each in known}
        for cluster, group in by_cluster.items():
            missing = [each for each in group if each not in found]
            if missing:
                found |= self._ended(missing, cluster)
        gone = (JobStatus(each, SlurmState.GONE) for each in ids if each not in found)
        return found | {status.id: status for status in gone}

    def cancel(self, ids: Iterable[SlurmId], comment: str) -> None:
        """Cancel jobs or tasks; those that have already ended are no error.

        Args:
            ids: Jobs or tasks to cancel.
            comment: Comment of their submission; jobs with another comment are left alone.

        Raises:
            SlurmError: If Slurm cannot be reached, or the jobs belong to another user.
        """
        for cluster, group in commands.group_by_cluster(ids).items():
            arrays = {each.array for each in group}
            ours = {array for array in arrays if self._controls(array, comment)}
            for some in _portions([each.id for each in group if each.array in ours]):
                self._run(commands.scancel_command(some, cluster))

    def find_reservation(self, name: str, cluster: str = "") -> str:
        """Return Slurm's one-line description of a reservation; empty if there is none.

        Raises:
            SlurmDown: If Slurm cannot be queried.
        """
        try:
            return self._run(commands.reservation_command(name, cluster)).strip()
        except SlurmDown:
            raise
        except SlurmError:
            return ""

    def _queued(self, clusters: list[str]) -> list[JobStatus]:
        """List jobs with `squeue`, which omits the cluster's name if asked for only one or none."""
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
        # Accounting lags: it may report a job that just ended as running. Ask the controller.
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
        """Return True if the controller knows a job with that id and comment."""
        return any(status.comment == comment for status in self._controlled(array))

    def _knows_cluster(self, name: str) -> bool:
        if not self._accounting():
            return False
        if not (known := self._known_clusters()):
            raise SlurmDown("Slurm's accounting lists no clusters.")
        return name in known

    def _known_clusters(self) -> tuple[str, ...]:
        try:
            return parse.parse_clusters(self._run(commands.clusters_command()))
        except SlurmError:  # the controller works without the accounting
            return ()

    def _accounting(self) -> bool:
        if self._has_accounting is None:
            config = parse.parse_config(self._run(commands.config_command()))
            self._has_accounting = config.get("AccountingStorageType", "").endswith("slurmdbd")
        return self._has_accounting

    def _ask(self, words: list[str]) -> str:
        """Run a command; any failure means that nothing is known."""
        try:
            return self._run(words)
        except SlurmDown:
            raise
        except SlurmError as error:
            raise SlurmDown(error.message, hint=error.hint) from error

    def _run(self, words: list[str]) -> str:
        return run_command(words, timeout_s=self._timeout_s, base=self._environment)[0]


def _has_comment(status: JobStatus, comment: str) -> bool:
    """Return True if a job has that comment; the accounting may only keep the command line."""
    return status.comment == comment or f"--comment={comment}" in status.submitted_with.split()


def _with_name(status: JobStatus) -> JobStatus:
    """Replace the numeric user id from the accounting with the login name."""
    if not status.cancelled_by.isdigit():
        return status
    try:
        name = pwd.getpwuid(int(status.cancelled_by)).pw_name
    except (KeyError, OverflowError):
        return status
    return replace(status, cancelled_by=name)


def _portions(ids: list[str], size: int = 500) -> Iterable[list[str]]:
    """Split ids into batches that fit on a command line."""
    return (ids[first : first + size] for first in range(0, len(ids), size))


def _first_number(text: str | None, default: int) -> int:
    word = (text or "").split(" ")[0]
    return int(word) if word.isdigit() else default
