"""The facts known of an empty cell, and its diagnosis. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from damnit_daemon.model import Column, RunKey, StoredValue

from ..data.daemon_activity import DaemonActivity
from ..data.run_history import RunHistory
from .context_source import ContextText


class CauseKind(StrEnum):
    """The kind of a cause."""

    HAS_VALUE = "has a value"
    BY_HAND = "entered by hand"
    NOT_DECLARED = "not in the context file"
    TRANSIENT = "not stored (transient)"
    CONTEXT_BROKEN = "the context file does not load"
    NO_DAEMON = "no daemon is running"
    NEVER_ARRIVED = "never arrived"
    IGNORED = "not processed"
    UNDECIDED = "about to be queued"
    GROWING = "files still arriving"
    NEEDS_PROC = "corrected data is missing"
    QUEUED = "queued"
    SUBMITTED = "submitted to Slurm"
    RUNNING = "running"
    STOPPED = "stopped"
    JOB_FAILED = "its job failed"
    JOB_CANCELLED = "its job was cancelled"
    SKIPPED = "skipped"
    NO_SOURCE = "its data was not recorded"
    DEPENDENCY = "a dependency has no value"
    RAISED = "raised an error"
    KILLED = "its process was terminated"
    OUT_OF_MEMORY = "ran out of memory"
    RETURNED_NONE = "returned no value"
    NOT_STORED = "no value was stored"
    CAME_LATER = "added to the context file later"
    FOR_CLUSTER = "computed in Slurm only"
    UNDERIVED = "cannot be derived"
    UNKNOWN = "unknown"

    @property
    def is_live(self) -> bool:
        """True if it may change soon."""
        return self in {
            CauseKind.QUEUED,
            CauseKind.SUBMITTED,
            CauseKind.RUNNING,
            CauseKind.UNDECIDED,
            CauseKind.GROWING,
            CauseKind.NO_DAEMON,
            CauseKind.CONTEXT_BROKEN,
        }


class Cause(NamedTuple):
    """A link of the chain."""

    kind: CauseKind
    name: str
    """The variable concerned; empty if it concerns all."""
    text: str
    """A sentence; may contain any text of the user's code."""
    line: int = 0
    """Line in the context file, 1-based; 0 if there is none."""


@dataclass(frozen=True)
class DiagnosisFacts:
    """All collected facts, at one moment."""

    key: RunKey
    column: Column
    values: Mapping[str, StoredValue]
    """The run's values, by variable."""
    work: DaemonActivity
    context: ContextText
    history: RunHistory | None = None
    """None if no daemon has ever run."""
    ledger_problem: str = ""
    """Why the ledger could not be read."""
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Excerpt:
    """Some lines of a file."""

    title: str
    lines: tuple[str, ...]
    first: int = 0
    """Number of the first line; 0 if lines are not numbered."""
    marked: int = 0
    """Number of the line concerned."""


class Suggestion(NamedTuple):
    """A possible remedy."""

    text: str
    action: str = ""
    """Id of its key; empty if there is none."""
    command: str = ""
    """Shell command to use instead."""


@dataclass(frozen=True)
class Diagnosis:
    """The diagnosis of a cell."""

    key: RunKey
    column: Column
    chain: tuple[Cause, ...]
    """The root first, the cell itself last."""
    advice: tuple[Suggestion, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    """Further facts, as labelled lines."""

    @property
    def root(self) -> Cause:
        """The root cause, from which the others follow."""
        return self.chain[0]

    @property
    def is_live(self) -> bool:
        """True if the diagnosis should be repeated soon."""
        return any(cause.kind.is_live for cause in self.chain)
