"""Typed requests of the app and the commands to the daemon.

Both sides use the same types: `to_payload` returns the JSON stored in the ledger, and
`from_payload` parses it within bounds, since everyone who shares the folder may write a row.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, get_args

from ..errors import DamnitError
from ..model import RunKey
from ..settings import parse_duration_s, parse_memory_bytes
from .job import Executor, Parameters, is_context_id
from .requests import RequestKind

LARGEST_INTEGER = 2**63 - 1
"""Limit of SQLite: no job, run or proposal has a larger number."""

MOST_ITEMS = 200_000
"""Maximum number of jobs, runs or names in one request."""

LONGEST_TEXT = 10_000
"""Maximum characters of a name, or of a substring of a title."""

HIGHEST_PRIORITY = 1_000_000_000
DATA = ("raw", "proc", "all")


class InvalidRequest(DamnitError):  # noqa: N818 – house style
    """Raised when a request cannot be carried out as written."""


class TypedRequest(Protocol):
    """Protocol of the requests below."""

    @property
    def kind(self) -> RequestKind:
        """Kind of the request."""

    def to_payload(self) -> dict[str, Any]:
        """Return its JSON object."""


@dataclass(frozen=True)
class JobOptions:
    """Resources and parameters of individual jobs, overriding the settings; empty for those.

    Attributes:
        memory: Memory in Slurm's notation, `50G`.
        time: Time limit in Slurm's notation, `04:00:00`.
        at_once: How many jobs of one request may run in Slurm at a time; 0 for the setting.
        parameters: Names and values of parameters of the context file.
    """

    memory: str = ""
    time: str = ""
    at_once: int = 0
    parameters: Parameters = ()

    def __post_init__(self) -> None:
        if self.memory:
            parse_memory_bytes(self.memory)
        if self.time:
            parse_duration_s(self.time)
        _integer(self.at_once, "concurrent_jobs", 0, 2**31 - 1)

    def __bool__(self) -> bool:
        """Return True if any option is set."""
        return self != JobOptions()

    def to_payload(self) -> dict[str, Any]:
        """Return the options that are set, by their names in a request."""
        named: dict[str, Any] = {
            "memory": self.memory,
            "time": self.time,
            "concurrent_jobs": self.at_once,
        }
        if self.parameters:
            named["parameters"] = dict(self.parameters)
        return {name: value for name, value in named.items() if value}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> JobOptions:
        """Parse options from a request or from a stored job.

        Raises:
            DamnitError: If one is out of bounds; names it.
        """
        return cls(
            _text(payload.get("memory") or "", "memory"),
            _text(payload.get("time") or "", "time"),
            _integer(payload.get("concurrent_jobs") or 0, "concurrent_jobs", 0, 2**31 - 1),
            _parameters(payload.get("parameters") or {}),
        )


@dataclass(frozen=True)
class ReprocessRequest:
    """Process runs.

    Attributes:
        runs: Runs, each with exact names of its variables; None for those in `variables`.
        data: `raw`, `proc` or `all`: which variables, by the data they need.
        variables: Exact names, for runs without names of their own; None for all.
        match: Substrings of titles.
        priority: Order among requested jobs, highest first.
        executor: Where to run; None for the setting.
        options: Resources.
    """

    runs: tuple[tuple[RunKey, tuple[str, ...] | None], ...]
    data: str = "all"
    variables: tuple[str, ...] | None = None
    match: tuple[str, ...] = ()
    priority: int = 0
    executor: Executor | None = None
    options: JobOptions = field(default_factory=JobOptions)

    kind = RequestKind.REPROCESS

    def __post_init__(self) -> None:
        for key, _ in self.runs:
            _run_key(*key)

    @classmethod
    def for_runs(
        cls,
        runs: Sequence[RunKey],
        variables: Collection[str] | Mapping[RunKey, Collection[str]] | None = None,
        *,
        data: str = "all",
        match: tuple[str, ...] = (),
        executor: Executor | None = None,
        options: JobOptions | None = None,
    ) -> ReprocessRequest:
        """Build a request with the same variables for all runs, or with those of each run."""
        by_run: Mapping[RunKey, Collection[str]] = {}
        shared = None
        if isinstance(variables, Mapping):
            by_run = variables
        elif variables is not None:
            shared = tuple(sorted(variables))
        return cls(
            tuple((key, tuple(sorted(by_run[key])) if key in by_run else None) for key in runs),
            data,
            shared,
            match,
            executor=executor,
            options=options or JobOptions(),
        )

    def to_payload(self) -> dict[str, Any]:
        """Return its JSON object."""
        payload: dict[str, Any] = {
            "runs": [[*key] if names is None else [*key, list(names)] for key, names in self.runs],
            "data": self.data,
            "variables": None if self.variables is None else list(self.variables),
            "match": list(self.match),
            "priority": self.priority,
            **self.options.to_payload(),
        }
        return payload if self.executor is None else payload | {"executor": str(self.executor)}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> ReprocessRequest:
        """Parse a payload.

        Raises:
            DamnitError: If a field is missing or out of bounds; names it.
        """
        executor = payload.get("executor")
        variables = payload.get("variables")
        return cls(
            tuple(_run_and_names(item) for item in _list(payload.get("runs"), "runs")),
            _one_of(payload.get("data", "all"), "data", DATA),
            None if variables is None else _names(variables, "variables"),
            _names(payload.get("match") or [], "match"),
            _priority(payload.get("priority", 0)),
            None if executor is None else Executor(_one_of(executor, "executor", tuple(Executor))),
            JobOptions.from_payload(payload),
        )


@dataclass(frozen=True)
class RestoreRequest:
    """Compute a variable of a run as an earlier context file does.

    Attributes:
        run: The run.
        variable: Name of the variable; those that it depends on are not stored.
        context: ID of the context file.
        parameters: Names and values of its parameters; those of the run stay as they are.
    """

    run: RunKey
    variable: str
    context: str
    parameters: Parameters = ()

    kind = RequestKind.RESTORE

    def __post_init__(self) -> None:
        _run_key(*self.run)
        _text(self.variable, "variable")
        if not is_context_id(_text(self.context, "context")):
            raise InvalidRequest(f"context: {_shown(self.context)} is no ID of a context file")

    def to_payload(self) -> dict[str, Any]:
        """Return its JSON object."""
        found = {"run": [*self.run], "variable": self.variable, "context": self.context}
        return found | ({"parameters": dict(self.parameters)} if self.parameters else {})

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> RestoreRequest:
        """Parse a payload.

        Raises:
            DamnitError: If a field is missing or out of bounds; names it.
        """
        key, _ = _run_and_names(payload.get("run"))
        variable = _text(payload.get("variable"), "variable")
        parameters = _parameters(payload.get("parameters") or {})
        return cls(key, variable, _text(payload.get("context"), "context"), parameters)


@dataclass(frozen=True)
class CancelRequest:
    """Cancel jobs by their numbers, or all jobs of runs.

    Attributes:
        jobs: Job numbers.
        runs: Runs whose unfinished jobs are all cancelled.
    """

    jobs: tuple[int, ...] = ()
    runs: tuple[RunKey, ...] = ()

    kind = RequestKind.CANCEL

    def __post_init__(self) -> None:
        _jobs(list(self.jobs))
        for key in self.runs:
            _run_key(*key)

    def to_payload(self) -> dict[str, Any]:
        """Return its JSON object."""
        if self.runs:
            return {"runs": [list(key) for key in self.runs]}
        return {"jobs": list(self.jobs)}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> CancelRequest:
        """Parse a payload.

        Raises:
            DamnitError: If a field is missing or out of bounds; names it.
        """
        if "jobs" in payload:
            return cls(jobs=_jobs(payload["jobs"]))
        runs = (_run_and_names(item) for item in _list(payload.get("runs"), "runs"))
        return cls(runs=tuple(key for key, _ in runs))


@dataclass(frozen=True)
class RetryRequest:
    """Run finished jobs again.

    Attributes:
        jobs: Job numbers.
        failed: True for all failed jobs not done since, in place of numbers.
        options: Resources.
    """

    jobs: tuple[int, ...] = ()
    failed: bool = False
    options: JobOptions = field(default_factory=JobOptions)

    kind = RequestKind.RETRY

    def __post_init__(self) -> None:
        _jobs(list(self.jobs))

    def to_payload(self) -> dict[str, Any]:
        """Return its JSON object."""
        which = {"failed": True} if self.failed else {"jobs": list(self.jobs)}
        return {**which, **self.options.to_payload()}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> RetryRequest:
        """Parse a payload.

        Raises:
            DamnitError: If a field is missing or out of bounds; names it.
        """
        options = JobOptions.from_payload(payload)
        if payload.get("failed") is True:
            return cls(failed=True, options=options)
        return cls(_jobs(payload.get("jobs")), options=options)


@dataclass(frozen=True)
class PrioritiseRequest:
    """Move queued jobs before, or after, other requested jobs."""

    jobs: tuple[int, ...]
    priority: int

    kind = RequestKind.PRIORITISE

    def __post_init__(self) -> None:
        _jobs(list(self.jobs))
        _priority(self.priority)

    def to_payload(self) -> dict[str, Any]:
        """Return its JSON object."""
        return {"jobs": list(self.jobs), "priority": self.priority}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> PrioritiseRequest:
        """Parse a payload.

        Raises:
            DamnitError: If a field is missing or out of bounds; names it.
        """
        return cls(_jobs(payload.get("jobs")), _priority(payload.get("priority")))


@dataclass(frozen=True)
class CombineRequest:
    """Combine the waiting fragments."""

    kind = RequestKind.COMBINE

    def to_payload(self) -> dict[str, Any]:
        """Return its JSON object."""
        return {}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> CombineRequest:  # noqa: ARG003 - as others
        """Parse a payload; it has no fields."""
        return cls()


AnyRequest = (
    ReprocessRequest
    | RestoreRequest
    | CancelRequest
    | RetryRequest
    | PrioritiseRequest
    | CombineRequest
)

_TYPES: dict[str, type[AnyRequest]] = {each.kind: each for each in get_args(AnyRequest)}


def parse_request(kind: object, payload: Mapping[str, Any]) -> AnyRequest:
    """Parse a request from its row.

    Args:
        kind: A `RequestKind`, or any other stored value.
        payload: Its JSON object.

    Raises:
        DamnitError: If it cannot be carried out; says why.
    """
    found = _TYPES.get(kind) if isinstance(kind, str) else None
    if found is None:
        raise InvalidRequest(f"{_shown(kind)} is a kind of request unknown to this version")
    return found.from_payload(payload)


def _parameters(value: object) -> Parameters:
    if not isinstance(value, dict) or len(value) > MOST_ITEMS:
        raise InvalidRequest(f"parameters: an object is expected, not {_shown(value)}")
    for name, each in value.items():
        if isinstance(each, str):
            _text(each, f"the parameter {name[:60]}")
        elif not isinstance(each, int | float) or not abs(each) <= sys.float_info.max:
            raise InvalidRequest(f"the parameter {name[:60]}: {_shown(each)} is no value")
    return tuple(sorted(value.items()))


def _run_and_names(item: object) -> tuple[RunKey, tuple[str, ...] | None]:
    parts = _list(item, "a run")
    if len(parts) not in (2, 3):
        raise InvalidRequest(f"a run is [proposal, run], not {_shown(item)}")
    names = _names(parts[2], "variables of a run") if len(parts) == 3 else None
    return _run_key(parts[0], parts[1]), names


def _run_key(proposal: object, run: object) -> RunKey:
    return RunKey(
        _integer(proposal, "a proposal's number", 0, LARGEST_INTEGER),
        _integer(run, "a run's number", 0, LARGEST_INTEGER),
    )


def _jobs(value: object) -> tuple[int, ...]:
    items = _list(value, "jobs")
    numbers = (_integer(item, "a job's number", 0, LARGEST_INTEGER) for item in items)
    return tuple(dict.fromkeys(numbers))


def _priority(value: object) -> int:
    return _integer(value, "priority", -HIGHEST_PRIORITY, HIGHEST_PRIORITY)


def _names(value: object, name: str) -> tuple[str, ...]:
    return tuple(_text(item, name) for item in _list(value, name))


def _integer(value: object, name: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InvalidRequest(
            f"{name} must be a whole number from {low} to {high}, not {_shown(value)}"
        )
    return int(value)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise InvalidRequest(f"{name}: text is expected, not {_shown(value)}")
    return value.encode("utf-8", "backslashreplace").decode()


def _one_of(value: object, name: str, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        raise InvalidRequest(f"{name} must be one of {', '.join(known)}, not {_shown(value)}")
    return str(value)


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidRequest(f"{name}: a list is expected, not {_shown(value)}")
    if len(value) > MOST_ITEMS:
        raise InvalidRequest(f"{name}: {len(value)} are more than {MOST_ITEMS}")
    return value


def _shown(value: object) -> str:
    """Describe a foreign value in a few characters; never fails, however deep or long it is."""
    if value is None:
        return "nothing"
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return "a number beyond 64 bits"
    if isinstance(value, str | int | float | bool):
        text = repr(value[:60]) if isinstance(value, str) else repr(value)
        return text if len(text) <= 80 else f"{text[:79]}…"
    return f"a {type(value).__name__}"
