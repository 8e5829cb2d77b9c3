"""Consume the facility's topics, and survive any failure of the broker."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

from ..model.consumer_health import ConsumerHealth
from .connection import (
    CLOSE_TIMEOUT_S,
    Backoff,
    client_options,
    close_within,
    describe,
    make_client,
)
from .probe import Probe
from .record import Record
from .settings import BrokerSettings

log = logging.getLogger(__name__)

RECORDS_AT_ONCE = 500
FETCH_WAIT_S = 0.5
"""How long the broker may hold a request. Kafka responds to a new message at once, Tansu checks
only after half the time; longer costs less (5 s: 0.2 instead of 0.5 % of a CPU).
"""

COMMIT_TIMEOUT_S = 5.0
METADATA_AGE_S = 30.0
"""How soon a topic created after our start is noticed."""

NOT_YET = "not connected yet"

FAILURES_BEFORE_ANEW = 5
"""A failing client is kept for a while: a new one must wait until the broker drops the old one."""

SILENCE_S = 15.0
"""How long a broker may be unreachable, or assign us nothing, before we report it."""

SILENCE_BEFORE_ANEW_S = 300.0
"""Then the client itself may be stuck; a new one costs little."""


class Consumer:
    """A member of a consumer group; may be used by one thread at a time.

    Any error of kafka-python is logged once and retried.
    """

    def __init__(self, settings: BrokerSettings) -> None:
        self.problem = NOT_YET
        """Why nothing can be consumed at the moment; empty otherwise."""
        self._is_complaining = False
        self._settings = settings
        self._client: Any = None
        self._backoff = Backoff()
        self._not_before_s = 0.0
        self._reached_s = 0.0
        self._probe = Probe(settings.topics)
        self._whole_s = 0.0
        self._last_error = ("", 0.0)

    @property
    def health(self) -> ConsumerHealth:
        """Return the state of the connection; for any thread."""
        probe, (error, at) = self._probe, self._last_error
        is_lasting = time.monotonic() - self._whole_s > SILENCE_S
        return ConsumerHealth(
            self.problem,
            probe.answered_at,
            probe.partitions,
            probe.foreign if is_lasting else (),
            probe.lag,
            error,
            at or None,
        )

    @property
    def is_assigned(self) -> bool:
        """True if the broker has assigned us a partition."""
        return self._client is not None and bool(self._client.assignment())

    def poll(self, timeout_s: float) -> list[Record]:
        """Wait for messages, for this long at most (a few seconds more when connecting).

        Messages are returned again, to us or to our successor, until they are committed
        and the client is recreated.
        """
        pause_s = self._not_before_s - time.monotonic()
        if pause_s > 0:
            time.sleep(min(pause_s, timeout_s))
            return []
        try:
            if self._client is None:
                self._client = self._connect()
            batches = self._client.poll(timeout_ms=round(timeout_s * 1000))
        except Exception as error:  # noqa: BLE001 – kafka-python leaks unexpected exceptions
            self._fail(error)
            return []
        self._note_poll(is_message=bool(batches))
        return [_record(message) for batch in batches.values() for message in batch]

    def commit(self, records: Iterable[Record]) -> bool:
        """Commit these messages, and all before them, so that they are not sent again.

        Return True if the broker received the commit; if not, they are sent once more.
        """
        from kafka.structs import OffsetAndMetadata, TopicPartition

        offsets: dict[Any, int] = {}
        for record in records:
            place = TopicPartition(record.topic, record.partition)
            offsets[place] = max(record.offset + 1, offsets.get(place, 0))
        if not offsets or self._client is None:
            return not offsets
        try:
            commits = {place: OffsetAndMetadata(next_, "", -1) for place, next_ in offsets.items()}
            self._client.commit(commits, timeout_ms=round(COMMIT_TIMEOUT_S * 1000))
        except Exception as error:  # noqa: BLE001 – kafka-python; a rebalance is one of many reasons
            log.info("Kafka offsets are not committed: %s", describe(error))
            return False
        return True

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> None:
        """Leave the group, so that a successor need not wait for our session to expire."""
        client, self._client = self._client, None
        if client is not None:
            limit_ms = round(timeout_s * 500)
            close_within(lambda: client.close(autocommit=False, timeout_ms=limit_ms), timeout_s)

    def _connect(self) -> Any:
        from kafka import KafkaConsumer

        settings = self._settings
        session_s = settings.session_timeout_s
        self._reached_s = self._whole_s = time.monotonic()
        return make_client(
            KafkaConsumer,
            *settings.topics,
            **client_options(settings),
            group_id=settings.group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            session_timeout_ms=round(session_s * 1000),
            heartbeat_interval_ms=round(min(3.0, session_s / 3) * 1000),
            fetch_max_wait_ms=round(FETCH_WAIT_S * 1000),
            metadata_max_age_ms=round(METADATA_AGE_S * 1000),
            max_poll_records=RECORDS_AT_ONCE,
        )

    def _note_poll(self, *, is_message: bool) -> None:
        """Update the state after a poll that raised nothing."""
        if is_message:
            self._probe.note_messages()
        try:
            self._probe.ask_if_due(self._client)
        except Exception as error:  # noqa: BLE001 – we use its private attributes
            self._probe.error = describe(error)
        if not self._probe.foreign:
            self._whole_s = time.monotonic()
        self._note_success()

    def _note_success(self) -> None:
        """Record success, unless the poll reached no broker: that does not raise either."""
        now_s = time.monotonic()
        self._backoff.reset()
        silent_s = now_s - self._reached_s
        if self._is_reached() and self.health.foreign:
            self._reached_s = now_s
            self._complain(self._on_revoked())
        elif self._is_reached():
            if self.problem:
                log.info("Kafka: listening to %s", ", ".join(self._settings.topics))
            self.problem = ""
            self._is_complaining = False
            self._reached_s = now_s
        elif silent_s > SILENCE_S:
            is_read_elsewhere = self.health.foreign and not self._probe.error
            silence = f"no response from {', '.join(self._settings.addresses)}"
            self._complain(self._on_revoked() if is_read_elsewhere else silence)
        if silent_s > SILENCE_BEFORE_ANEW_S:
            self.close()

    def _is_reached(self) -> bool:
        # There is no public API for this; without it an outage looks like silence.
        coordinator = getattr(self._client, "_coordinator", None)
        is_lost = coordinator and coordinator.coordinator_unknown()
        return self.is_assigned and not is_lost and not self._probe.error

    def _on_revoked(self) -> str:
        partitions = ", ".join(self._probe.foreign)
        return f"another member of the group {self._settings.group} reads {partitions}"

    def _fail(self, error: Exception) -> None:
        self._complain(describe(error))
        self._not_before_s = time.monotonic() + self._backoff.next_pause_s()
        if self._backoff.failures >= FAILURES_BEFORE_ANEW:
            self.close()

    def _complain(self, problem: str) -> None:
        """Log a problem, once until the connection has recovered."""
        self.problem = problem
        self._last_error = (problem, time.time())
        if not self._is_complaining:
            log.warning("Kafka: %s; retrying", problem)
        self._is_complaining = True


def _record(message: Any) -> Record:
    milliseconds = message.timestamp
    is_known = isinstance(milliseconds, int) and milliseconds >= 0
    return Record(
        message.topic,
        message.partition,
        message.offset,
        milliseconds / 1000 if is_known else None,
        message.value,
    )
