"""Query a broker for the end offsets of its topics: a poll does not show that it is stuck."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Iterable
from typing import Any

from .connection import describe

log = logging.getLogger(__name__)

EVERY_S = 5.0
TIMEOUT_S = 3.0
"""Limit on a response; the listening thread waits for it."""


class Probe:
    """State of the topics that a client reads. For one thread.

    Attributes:
        error: Why the last query failed; empty if it succeeded.
        answered_at: When the broker last responded, Unix seconds; None if it never did.
        lag: Number of messages still to be read; None if unknown.
        partitions: Partitions assigned to us, as `topic/partition`.
        foreign: Partitions assigned to another member of the group.
    """

    def __init__(self, topics: Iterable[str]) -> None:
        self.error = ""
        self.answered_at: float | None = None
        self.lag: int | None = None
        self.partitions: tuple[str, ...] = ()
        self.foreign: tuple[str, ...] = ()
        self._topics = tuple(topics)
        self._probed_s = 0.0
        self._ids: dict[str, object] = {}

    def note_messages(self) -> None:
        """Note that messages arrived, so that no query is needed."""
        self.error = ""
        self.answered_at = time.time()

    def ask_if_due(self, client: Any) -> None:
        """Query the broker if the last time is long ago; takes `TIMEOUT_S` without a response."""
        now_s = time.monotonic()
        ours = client.assignment()
        self.partitions = _names(ours)
        if now_s - self._probed_s < EVERY_S or not ours:
            self.lag = self.lag if ours else None
            self._note_foreign(client, ours)
            return
        self._probed_s = now_s
        try:
            ends = _end_offsets(client, list(ours))
            at = {each: client.position(each, timeout_ms=round(TIMEOUT_S * 1000)) for each in ours}
        except Exception as error:  # noqa: BLE001 – kafka-python; a deleted topic is one of many reasons
            self.error = describe(error)
            _cluster(client, "request_update")
            return
        self.note_messages()
        self._read_anew(client, at, ends)
        self.lag = sum(max(0, ends[each] - (at[each] or 0)) for each in ours)
        self._note_foreign(client, ours)

    def _read_anew(self, client: Any, at: dict[Any, int | None], ends: dict[Any, int]) -> None:
        """Start from the beginning of topics that were deleted and recreated.

        Such a topic has another id. End offsets behind the read position only make us query
        it: Tansu counts a batch as one message there. They decide where brokers have no ids.
        """
        for place, position in at.items():
            new_id = _cluster(client, "topic_id", place.topic)
            old_id = self._ids.get(place.topic, new_id)
            is_behind = position is not None and ends[place] < position
            if new_id != old_id if new_id else is_behind:
                log.info("Kafka: %s was recreated; reading it from the beginning", place.topic)
                client.seek_to_beginning(place)
                at[place] = 0
            elif is_behind:
                _cluster(client, "request_update")
        for place in at:
            if new_id := _cluster(client, "topic_id", place.topic):
                self._ids[place.topic] = new_id

    def _note_foreign(self, client: Any, ours: Iterable[Any]) -> None:
        """Note which partitions are not assigned to us: alone in the group, we would have all."""
        from kafka.structs import TopicPartition

        all_ = {
            TopicPartition(topic, number)
            for topic in self._topics
            for number in _cluster(client, "partitions_for_topic", topic) or ()
        }
        self.foreign = _names(all_ - set(ours))


def _end_offsets(client: Any, places: list[Any]) -> dict[Any, int]:
    """Query end offsets within `TIMEOUT_S`.

    Before version 3 of kafka-python only its own fetcher can be given a time limit; the public
    method would wait for five minutes.
    """
    fetcher = getattr(client, "_fetcher", None)
    ask = client.end_offsets
    if "timeout_ms" not in inspect.signature(ask).parameters and fetcher is not None:
        ask = fetcher.end_offsets
    found: dict[Any, int] = ask(places, timeout_ms=round(TIMEOUT_S * 1000))
    return found


def _cluster(client: Any, question: str, *topic: str) -> Any:
    """Query kafka-python's cluster metadata, which no public method returns at once."""
    cluster = getattr(getattr(client, "_client", None), "cluster", None)
    ask = getattr(cluster, question, None)
    return ask(*topic) if ask is not None else None


def _names(places: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sorted(f"{each.topic}/{each.partition}" for each in places))
