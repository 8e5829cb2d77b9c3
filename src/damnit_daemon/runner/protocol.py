"""The runner's requests and responses: one JSON object per line, both ways.

Never pickle: the output of user code is data, not code. Jobs arrive on the
runner's stdin; events leave on a separate file descriptor, so that no output of
the user's code can be taken for an event. Both sides import this module.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

LONGEST_EVENT_BYTES = 64_000_000


@dataclass(frozen=True)
class RunnerJob:
    """One run to evaluate variables for."""

    job_id: str
    proposal: int
    run: int
    data: str = "all"
    """`raw`, `proc` or `all`: the requested variables, by the data they need."""
    variables: list[str] | None = None
    """Exact names; None for all. Their dependencies are evaluated too."""
    match: list[str] = field(default_factory=list)
    """Case-insensitive parts of titles; ignored when `variables` is given."""
    cluster: bool | None = None
    """Only variables with (True) or without (False) `cluster=True`; None: both."""
    saved: list[str] = field(default_factory=list)
    """Evaluated only if another variable depends on it, and not saved again."""
    lost: dict[str, str] = field(default_factory=dict)
    """Variables not to retry, with the reason: they ended an earlier child."""
    mock: bool = False
    """True to use a made-up run instead of files, to test a context file."""
    cpus: int = 0
    """Maximum number of CPUs; 0: all."""
    memory_bytes: int = 0
    """Maximum memory in bytes; 0: all."""
    time_s: float = 0.0
    """Maximum duration in seconds; 0: unlimited."""
    parameters: dict[str, Any] = field(default_factory=dict)
    """Values of parameters, by name; the others have their defaults."""
    number: int = 0
    """Number of the daemon's job, stored with the values; 0 if it is none."""


@dataclass(frozen=True)
class Problem:
    """A problem in a context file, with its place."""

    message: str
    file: str
    line: int = 0
    """1-based; 0 where the place is not known."""
    column: int = 0
    """1-based; 0 where the place is not known."""
    severity: str = "error"
    """`error` (the file does not load) or `warning`."""

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return f"{place}: {self.severity}: {self.message}"


@dataclass(frozen=True)
class VariableMeta:
    """The declaration of one variable in a context file."""

    name: str
    title: str
    description: str | None = None
    data: str = "raw"
    cluster: bool = False
    tags: list[str] = field(default_factory=list)
    transient: bool = False
    units: str | None = None
    line: int = 0
    dependencies: list[str] = field(default_factory=list)
    """Names of its direct dependencies, patterns resolved."""
    column: int = 0
    fingerprint: str = ""
    """16 hex digits that stay the same as long as it is computed in the same way."""


@dataclass(frozen=True)
class ParameterMeta:
    """The declaration of one parameter in a context file."""

    name: str
    title: str
    type_name: str
    """`boolean`, `integer`, `number` or `string`."""
    default: Any
    description: str = ""
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class BatchStarted:
    """A batch of jobs started; the first event of each."""

    host: str
    pid: int
    user: str
    slurm_id: str = ""
    """`12_3`: array and task."""
    cluster: str = ""


@dataclass(frozen=True)
class ContextLoaded:
    """The context file was read; it is usable if no problem is an error."""

    variables: list[VariableMeta]
    problems: list[Problem]
    context_hash: str
    traceback: str = ""
    """Traceback of the exception that ended the loading, if any."""
    versions: dict[str, str] = field(default_factory=dict)
    """Versions of Python and of the relevant packages: `python`, `extra_data`, `numpy`, ..."""
    advice: list[Problem] = field(default_factory=list)
    """Warnings about probable mistakes that do work, for the file's editor."""
    helpers: dict[str, str] = field(default_factory=dict)
    """Imported modules next to the file: path below its folder, and a hash like the file's."""
    parameters: list[ParameterMeta] = field(default_factory=list)


@dataclass(frozen=True)
class FilesFound:
    """Contents of one of the run's folders when a job opened it."""

    job_id: str
    data: str
    """`raw` or `proc`."""
    number: int
    """Number of HDF5 files; 0 if there is no folder."""
    size_bytes: int
    newest_ns: int
    """Modification time of the newest file, Unix nanoseconds by the storage's clock."""
    folder_ns: int
    unreadable: str = ""
    """A sentence with the unreadable files and the reasons."""


@dataclass(frozen=True)
class JobStarted:
    """A child started a job."""

    job_id: str
    pid: int
    variables: list[str]
    """Variables to evaluate and save, in order."""


@dataclass(frozen=True)
class RunnerMessage:
    """A message for the user: proc data is unavailable, for example."""

    job_id: str
    message: str
    severity: str = "warning"


@dataclass(frozen=True)
class VariableStarted:
    """The function of a variable is about to be called."""

    job_id: str
    name: str


@dataclass(frozen=True)
class VariableAdvanced:
    """A variable's function has reported its progress, or a bar of tqdm in it."""

    job_id: str
    name: str
    done: float
    total: float | None = None
    unit: str = ""
    remaining_s: float | None = None
    """Estimated time until all is done; None if it cannot be estimated."""


@dataclass(frozen=True)
class VariableDone:
    """A variable has an outcome."""

    job_id: str
    name: str
    outcome: str
    """`done`, `skipped`, `failed` or `empty` (returned None)."""
    duration_s: float
    fragment: str = ""
    """Absolute path of the fragment that holds it; empty if it is not saved."""
    error: str = ""
    error_class: str = ""
    not_saved: str = ""
    """Why the result could not be written to disk; empty if it was."""


@dataclass(frozen=True)
class JobEnded:
    """The child of a job is gone; always the last event of a job."""

    job_id: str
    outcome: str
    """`done`, `failed` (with the reason), `absent` (the run has no files yet) or `killed`
    (the child died)."""
    reason: str = ""
    running: str = ""
    """The variable whose function was being called when the child died."""
    exit_code: int = 0
    """The child's; negative: the signal that ended it."""


Event = (
    BatchStarted
    | ContextLoaded
    | FilesFound
    | JobStarted
    | RunnerMessage
    | VariableStarted
    | VariableAdvanced
    | VariableDone
    | JobEnded
)
EVENTS: dict[str, type[Event]] = {
    "BatchStarted": BatchStarted,
    "ContextLoaded": ContextLoaded,
    "FilesFound": FilesFound,
    "JobStarted": JobStarted,
    "Note": RunnerMessage,
    "VariableStarted": VariableStarted,
    "VariableAdvanced": VariableAdvanced,
    "VariableDone": VariableDone,
    "JobEnded": JobEnded,
}
"""Kinds of events as written; Slurm jobs of an older version may still write them."""
_KINDS: dict[type, str] = {RunnerJob: "Job", **{kind: name for name, kind in EVENTS.items()}}


def encode(message: RunnerJob | Event) -> bytes:
    """Encode a message as a line of JSON (ASCII, safe for any terminal or log)."""
    return json.dumps({"kind": _KINDS[type(message)], **asdict(message)}).encode() + b"\n"


def decode_job(line: bytes) -> RunnerJob:
    """Read a job.

    Raises:
        ValueError: If the line is not a job.
    """
    payload = _payload(line)
    if payload.pop("kind", None) != "Job":
        raise ValueError("not a job")
    return RunnerJob(**_known(RunnerJob, payload))


def decode_event(line: bytes) -> Event:
    """Read an event.

    Raises:
        ValueError: If the line is not an event.
    """
    payload = _payload(line)
    kind = EVENTS.get(payload.pop("kind", ""))
    if kind is None:
        raise ValueError("unknown kind of event")
    known = _known(kind, payload)
    if kind is ContextLoaded:
        known["variables"] = [VariableMeta(**_known(VariableMeta, v)) for v in known["variables"]]
        found = known.get("parameters", [])
        known["parameters"] = [ParameterMeta(**_known(ParameterMeta, p)) for p in found]
        for key in {"problems", "advice"} & known.keys():
            known[key] = [Problem(**_known(Problem, p)) for p in known[key]]
    return kind(**known)


class EventDecoder:
    """Decodes a stream of events as it grows.

    Lines that are not events are skipped: the user's code can write to the descriptor, too,
    and a node that fails leaves half of one.
    """

    def __init__(self) -> None:
        self._unread = bytearray()

    def feed(self, chunk: bytes) -> list[Event]:
        """Return the events that a chunk completes."""
        self._unread += chunk
        *lines, self._unread = self._unread.split(b"\n")
        if len(self._unread) > LONGEST_EVENT_BYTES:
            self._unread.clear()
        return [event for line in lines if (event := _event_or_none(bytes(line))) is not None]


def _event_or_none(line: bytes) -> Event | None:
    try:
        return decode_event(line)
    except (ValueError, TypeError, KeyError):
        return None


def _payload(line: bytes) -> dict[str, Any]:
    payload = json.loads(line)
    if not isinstance(payload, dict):
        raise ValueError("not an object")
    return payload


def _known(kind: type, payload: dict[str, Any]) -> dict[str, Any]:
    """Drop unknown fields of a newer version; reject missing ones."""
    names = {f.name for f in fields(kind)}
    return {name: value for name, value in payload.items() if name in names}
