"""Parse the output of Slurm's commands. Pure; unrelated lines are skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .job_id import SlurmId
from .states import SlurmState
from .status import JobStatus

CLUSTER_LINE = "CLUSTER: "
NOTHING = ("", "n/a", "N/A", "(null)", "None", "None assigned", "Unknown")
"""Placeholders that Slurm prints for a missing value."""


@dataclass(frozen=True)
class Partition:
    """One partition of a cluster."""

    name: str
    is_up: bool = True
    is_default: bool = False
    nodes: int = 0


def parse_submitted(text: str) -> list[SlurmId]:
    """Parse the output of `sbatch --parsable`: `12` or `12;maxwell`.

    A site's wrapper may print more: return every line that may be the id, the last one
    first.
    """
    lines = reversed(text.splitlines())
    matches = (re.fullmatch(r"([0-9]{1,10})(?:;([\w.-]*))?", line.strip()) for line in lines)
    return [SlurmId(match[1], match[2] or "") for match in matches if match]


def parse_squeue(text: str, cluster: str = "") -> list[JobStatus]:
    """Parse the output of `squeue_command`, its header included.

    Args:
        text: The output, unchanged.
        cluster: The cluster queried; lines `CLUSTER: name` override it.
    """
    found = []
    for line in text.splitlines():
        if line.startswith(CLUSTER_LINE):
            cluster = line.removeprefix(CLUSTER_LINE).strip()
            continue
        fields = line.split("|", 4)
        if len(fields) != 5 or not fields[0][:1].isdigit():
            continue
        ids, state, node, reason, comment = map(str.strip, fields)
        found += [
            _status(SlurmId(each, cluster), state, reason, node=node, comment=_some(comment))
            for each in expand_tasks(ids)
        ]
    return found


def parse_sacct(text: str, cluster: str = "") -> list[JobStatus]:
    """Parse the output of `sacct_command`; steps such as `12.batch` are skipped."""
    found = []
    for line in text.splitlines():
        fields = line.split("|", 6)
        if len(fields) < 6 or not re.fullmatch(r"\d+(_\d+|_\[\S+\])?", fields[0]):
            continue
        ids, state, code, node, reason, comment, *rest = map(str.strip, fields)
        exit_code, signal = parse_exit_code(code)
        # For a job that has ended, this is still the last reason for which it was pending.
        blocked = "" if parse_state(state)[0].is_over else reason
        found += [
            _status(
                SlurmId(each, cluster),
                state,
                blocked,
                exit_code=exit_code,
                signal=signal,
                node=node,
                comment=_some(comment),
                submitted_with=rest[0] if rest else "",
            )
            for each in expand_tasks(ids)
        ]
    return found


def parse_scontrol_jobs(text: str, cluster: str = "") -> list[JobStatus]:
    """Parse the output of `scontrol --oneliner show job`, one job a line."""
    found = []
    for line in text.splitlines():
        if not (number := scontrol_value(line, "JobId")):
            continue
        ids = number
        if array := scontrol_value(line, "ArrayJobId"):
            tasks = scontrol_value(line, "ArrayTaskId")
            ids = f"{array}_{tasks}" if re.fullmatch(r"\d+", tasks) else f"{array}_[{tasks}]"
        exit_code, signal = parse_exit_code(scontrol_value(line, "ExitCode"))
        restarts = scontrol_value(line, "Restarts")
        found += [
            _status(
                SlurmId(each, cluster),
                scontrol_value(line, "JobState"),
                scontrol_value(line, "Reason").replace("_", " "),
                exit_code=exit_code,
                signal=signal,
                node=scontrol_value(line, "BatchHost"),
                comment=scontrol_value(line, "Comment"),
                restarts=int(restarts) if restarts.isdigit() else 0,
            )
            for each in expand_tasks(ids)
        ]
    return found


def scontrol_value(line: str, key: str) -> str:
    """Return one value from a line of `scontrol --oneliner show`; empty if it is missing."""
    match = re.search(rf"(?:^|\s){re.escape(key)}=(.*?)(?=\s+[A-Z][\w/:]*=|\s*$)", line)
    return _some(match[1].strip()) if match else ""


def parse_config(text: str) -> dict[str, str]:
    """Parse the output of `scontrol show config`, lines of `Key = value`."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def parse_partitions(text: str) -> tuple[Partition, ...]:
    """Parse the output of `sinfo_command`; each partition once."""
    found: dict[str, Partition] = {}
    for line in text.splitlines():
        fields = line.strip().split("|")
        if len(fields) != 3:
            continue
        name, is_up, nodes = fields
        found[name.rstrip("*")] = Partition(
            name.rstrip("*"),
            is_up == "up",
            name.endswith("*"),
            int(nodes) if nodes.isdigit() else 0,
        )
    return tuple(found.values())


def parse_clusters(text: str) -> tuple[str, ...]:
    """Parse the output of `clusters_command`."""
    return tuple(line.strip("| \t") for line in text.splitlines() if line.strip("| \t"))


def parse_exit_code(text: str) -> tuple[int, int]:
    """Parse `3:0` into exit code and signal; zeros if it has another form."""
    match = re.fullmatch(r"(\d+):(\d+)", text.strip())
    return (int(match[1]), int(match[2])) if match else (0, 0)


def expand_tasks(text: str) -> Iterator[str]:
    """Expand `12_[1-3,7%2]` to `12_1`, `12_2`, `12_3`, `12_7`; yield any other id unchanged.

    A list that Slurm truncated (`...`) is expanded as far as it goes.
    """
    match = re.fullmatch(r"(\d+)_\[([^\]]*?)(?:%\d+)?\]", text)
    if not match:
        yield text
        return
    for part in match[2].split(","):
        if span := re.fullmatch(r"(\d+)(?:-(\d+))?(?::(\d+))?(?:\.\.\.)?", part.strip()):
            first, last, step = int(span[1]), int(span[2] or span[1]), int(span[3] or 1)
            yield from (f"{match[1]}_{task}" for task in range(first, last + 1, max(step, 1)))


def _status(
    job: SlurmId,
    state_text: str,
    reason: str,
    *,
    exit_code: int = 0,
    signal: int = 0,
    node: str = "",
    comment: str = "",
    submitted_with: str = "",
    restarts: int = 0,
) -> JobStatus:
    state, cancelled_by = parse_state(state_text)
    if state is SlurmState.OTHER:
        reason = state_text
    return JobStatus(
        job,
        state,
        _some(reason),
        exit_code=exit_code,
        signal=signal,
        node=_some(node),
        cancelled_by=cancelled_by,
        comment=comment,
        submitted_with=submitted_with,
        restarts=restarts,
    )


def parse_state(text: str) -> tuple[SlurmState, str]:
    """Parse `CANCELLED by 1000` or `CANCELLED+` into the state and the user id, if given."""
    word, _, rest = text.strip().partition(" ")
    by = match[1] if (match := re.fullmatch(r"by (\S+)", rest.strip())) else ""
    name = word.rstrip("+")
    state = SlurmState(name) if name in SlurmState.__members__ else SlurmState.OTHER
    return state, by


def _some(text: str) -> str:
    return "" if text in NOTHING else text
