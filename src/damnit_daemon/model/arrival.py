"""New files of a run, as somebody announced or found them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .run import RunKey


class ArrivalSource(StrEnum):
    """Who said so."""

    KAFKA = "kafka"
    """An event of the facility."""
    WATCHER = "watcher"
    """We saw the files ourselves."""


@dataclass(frozen=True)
class Arrival:
    """New raw or corrected files of a run; the same arrival may be told of more than once."""

    source: ArrivalSource
    key: str
    """Names the arrival among those of its source: the same key is the same arrival."""
    run_key: RunKey
    data: str
    """`raw` or `proc`."""
    event_at: float | None
    """When it happened, Unix seconds UTC; None where the source does not say."""
    backfilled: bool = False
    """Found by looking, though an event should have announced it, or older than the daemon."""
