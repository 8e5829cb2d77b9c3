"""Errors of Slurm itself, classified by its output. Pure."""

from __future__ import annotations

import re

from ..errors import DamnitError


class SlurmError(DamnitError):
    """A command of Slurm failed."""


class SlurmDown(SlurmError):  # noqa: N818 – house style
    """Slurm cannot be reached: nothing was done, and a retry is worthwhile."""


class SubmissionUnclear(SlurmError):  # noqa: N818 – house style
    """It is unknown if Slurm accepted the job: find it by its comment before resubmitting."""


class SubmissionRefused(SlurmError):  # noqa: N818 – house style
    """Slurm rejected the job.

    Attributes:
        is_temporary: True if the same job may be accepted later (a limit on the
            number of jobs); otherwise something must change first.
    """

    def __init__(self, message: str, *, hint: str = "", is_temporary: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.is_temporary = is_temporary


NOT_REACHED = (
    "unable to contact slurm controller",
    "unable to establish control machine",
    "unable to establish configuration source",
    "connection refused",
    "connect failure",
    "could not load configuration",
    "could not establish a configuration source",
    "unable to connect to database",
    "problem talking to database",
    "problem talking to the database",
    "database is busy",
    "slurm backup controller in standby mode",
    "slurmctld is in the middle of",
    "munge",
    "authentication",
    "node down",
    "transport endpoint is not connected",
    "network is unreachable",
    "no route to host",
    "fatal: unable to",
)
"""The request did not reach the controller, or had no effect."""

ANSWER_LOST = (
    "socket timed out",
    "zero bytes were transmitted",
    "unexpected message received",
    "connection reset",
    "broken pipe",
    "receive failure",
    "slurmctld communication failure",
    "message receive",
)
"""The request was sent, but no response arrived."""

TEMPORARY = (
    "temporarily unable to accept job",
    "job submit limit",
    "reached",
    "maxsubmit",
    "too many",
    "resource temporarily unavailable",
)

MEMORY_SETTING = "slurm_mem"
"""In a hint; the client replaces it by the setting of the job that was refused."""

REFUSALS = (
    (
        r"invalid partition|requested partition configuration",
        "The partition does not exist, or does not accept such a job",
        "List partitions with sinfo, then set one: damnit-daemon db-config slurm_partition NAME",
    ),
    (
        r"reservation is invalid|problem using reservation|reservation.*(not found|expired)",
        "There is no such reservation; it may have ended",
        "Set another, damnit-daemon db-config slurm_reservation NAME, or none with --delete",
    ),
    (
        r"access denied to requested reservation",
        "You are not a user of this reservation",
        "Ask its owner to add you, or: damnit-daemon db-config --delete slurm_reservation",
    ),
    (
        r"user's group not permitted|access/permission denied|not permitted to use",
        "You have no access to this partition",
        "Set another: damnit-daemon db-config slurm_partition NAME",
    ),
    (
        r"no cluster '|can't be reached now|invalid cluster name",
        "Slurm has no cluster of that name",
        "To submit without cluster names: damnit-daemon db-config slurm_clusters none",
    ),
    (
        r"invalid account|account/partition combination",
        "Slurm does not accept your account here",
        "Ask the support, or set one: damnit-daemon db-config slurm_options -- --account=NAME",
    ),
    (
        r"memory specification|node configuration is not available|node count specification",
        "No node of this partition has the requested resources",
        f"Request less: damnit-daemon db-config {MEMORY_SETTING} 20G",
    ),
    (
        r"time limit is invalid|invalid --time|requested time limit",
        "The time limit is invalid, or more than this partition allows",
        "Set a shorter one: damnit-daemon db-config slurm_time 02:00:00",
    ),
    (
        r"invalid job array",
        "Slurm does not accept such a large array",
        "See MaxArraySize in scontrol show config",
    ),
    (
        r"unrecogni[sz]ed option|invalid option|requires an arg|ambiguous|invalid .* specification",
        "sbatch rejects one of its options",
        "Check: damnit-daemon db-config slurm_options",
    ),
    (
        r"violates accounting|qos policy|qos",
        "A limit of your account does not allow the job",
        "Check your limits (sacctmgr show qos); request less, or wait for other jobs",
    ),
)


def explain_failure(command: str, code: int, text: str) -> SlurmError:
    """Return the error for a command that failed.

    Args:
        command: Its first word.
        code: Its exit code.
        text: Its output on stderr.
    """
    answer, low = last_words(text), text.casefold()
    submits = command == "sbatch"
    unknown_cluster = "no cluster '" in low
    if any(part in low for part in NOT_REACHED) and not unknown_cluster:
        return SlurmDown(f"Slurm cannot be reached: {answer}")
    if any(part in low for part in ANSWER_LOST):
        if submits:
            return SubmissionUnclear(f"Slurm did not confirm whether it accepted the job: {answer}")
        return SlurmDown(f"Slurm did not respond: {answer}")
    if submits:
        return _refusal(answer, low)
    return SlurmError(f"{command} failed with exit code {code}: {answer or 'no output.'}")


def _refusal(answer: str, low: str) -> SubmissionRefused:
    for pattern, meaning, hint in REFUSALS:
        if re.search(pattern, low):
            temporary = any(part in low for part in TEMPORARY)
            return SubmissionRefused(
                f"Slurm refused the job: {meaning} ({answer}).", hint=hint, is_temporary=temporary
            )
    temporary = any(part in low for part in TEMPORARY)
    return SubmissionRefused(
        f"Slurm refused the job: {answer or 'it gave no reason.'}", is_temporary=temporary
    )


def last_words(text: str) -> str:
    """Return a command's error message in one line and without the command's name.

    Slurm repeats itself before it exits; the last line is the summary, and the
    first names the cause.
    """
    lines = [re.sub(r"^\w+: (?:error: |fatal: )?", "", line.strip()) for line in text.splitlines()]
    lines = [
        re.sub(r"^Batch job submission failed: ", "", line)
        for line in lines
        if line and not line.startswith("Try ")
    ]
    kept = list(dict.fromkeys(lines))
    return "; ".join(kept[-2:])[:300]
