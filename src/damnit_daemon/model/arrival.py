"""New files of a run, as announced or found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .run import RunKey


class ArrivalSource(StrEnum):
    """Source of an arrival."""

    KAFKA = "kafka"
    """Event of the facility."""
    WATCHER = "watcher"
    """Files found by the daemon itself."""


@dataclass(frozen=True)
class Arrival:
    """New raw or corrected files of a run; the same arrival may be reported more than once."""

    source: ArrivalSource
    key: str
    """Unique among the arrivals of its source: the same key is the same arrival."""
    run_key: RunKey
    data: str
    """`raw` or `proc`."""
    event_at: float | None
    """Time of the event, Unix seconds UTC; None if the source does not give it."""
    backfilled: bool = False
    """Found by a scan, though an event should have announced it, or older than the daemon."""
