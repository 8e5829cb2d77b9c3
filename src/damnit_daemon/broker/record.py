"""A message as it stands in a broker's log."""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """One message of one topic."""

    topic: str
    partition: int
    offset: int
    timestamp_s: float | None
    """When it was sent, Unix seconds UTC; brokers before Kafka 0.10 do not say."""
    value: bytes | None
