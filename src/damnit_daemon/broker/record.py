"""A message in a broker's log."""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """One message of one topic."""

    topic: str
    partition: int
    offset: int
    timestamp_s: float | None
    """Time of sending, Unix seconds UTC; not given by brokers before Kafka 0.10."""
    value: bytes | None
