"""Publish updates about stored values without ever blocking the caller."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Any

from .connection import (
    CLOSE_TIMEOUT_S,
    Backoff,
    client_options,
    close_within,
    describe,
    make_client,
)
from .messages import Update, encode_update
from .settings import BrokerSettings

log = logging.getLogger(__name__)

QUEUE_LENGTH = 10_000
"""Messages queued for a broker; beyond this the oldest go: receivers read the database anyway."""

LARGEST_MESSAGE_BYTES = 900_000
"""Brokers accept a megabyte by default."""

SENT_AT_ONCE = 200
SEND_TIMEOUT_S = 4.0
EXPIRY_S = 5.0
"""How long kafka-python keeps a message; it must exceed the limit on a request."""

LINGER_S = 0.005


class Producer:
    """Sends updates from its own thread; any thread may publish.

    A message sent when the connection broke may arrive twice, which is harmless:
    each describes the current state, not a change.
    """

    def __init__(self, settings: BrokerSettings, *, queue_length: int = QUEUE_LENGTH) -> None:
        self.problem = ""
        """Why nothing can be sent at the moment; empty otherwise."""
        self.sent = 0
        self.dropped = 0
        self._settings = settings
        self._queue_length = queue_length
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._client: Any = None
        self._backoff = Backoff()
        self._thread: threading.Thread | None = None

    def publish(self, update: Update) -> None:
        """Queue a message; returns at once, whatever the state of the broker."""
        if self._settings.update_topic is None:
            return
        message = encode_update(update)
        with self._changed:
            if self._is_closed:
                return
            if len(message) > LARGEST_MESSAGE_BYTES:  # never accepted; would block others
                self.dropped += 1
                return
            if len(self._waiting) >= self._queue_length:
                self._waiting.popleft()
                self.dropped += 1
            self._waiting.append(message)
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._send_all, name="broker-producer", daemon=True
                )
                self._thread.start()

    def flush(self, timeout_s: float) -> bool:
        """Wait until all is sent, for this long at most; return True if it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout_s)

    def close(self, timeout_s: float = CLOSE_TIMEOUT_S) -> bool:
        """Send queued messages within the time limit; return True if all were sent."""
        is_sent = self.flush(timeout_s)
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None and is_sent:
            self._thread.join(CLOSE_TIMEOUT_S)
        return is_sent

    def _send_all(self) -> None:
        while self._wait_for_work():
            batch = self._oldest()
            acknowledged = self._send(batch)
            self._remove(batch[:acknowledged])
            if acknowledged < len(batch):
                self._pause(self._backoff.next_pause_s())
            else:
                self._backoff.reset()
        self._release()

    def _wait_for_work(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            return not self._is_closed

    def _oldest(self) -> list[bytes]:
        with self._changed:
            return [self._waiting[i] for i in range(min(SENT_AT_ONCE, len(self._waiting)))]

    def _remove(self, messages: list[bytes]) -> None:
        """Remove sent messages from the queue; some may have been dropped meanwhile."""
        with self._changed:
            for message in messages:
                if self._waiting and self._waiting[0] is message:
                    self._waiting.popleft()
            self.sent += len(messages)
            self._changed.notify_all()

    def _pause(self, pause_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed, pause_s)

    def _send(self, batch: list[bytes]) -> int:
        """Send messages in order; return how many, from the first on, the broker acknowledged."""
        acknowledged = 0
        try:
            if self._client is None:
                self._client = self._connect()
            futures = [self._client.send(self._settings.update_topic, value) for value in batch]
            until_s = time.monotonic() + SEND_TIMEOUT_S
            for future in futures:
                future.get(max(0.0, until_s - time.monotonic()))
                acknowledged += 1
        except Exception as error:  # noqa: BLE001 – kafka-python leaks unexpected exceptions
            self._fail(error)
        else:
            if self.problem:
                log.info("Kafka: sending messages again")
            self.problem = ""
        return acknowledged

    def _connect(self) -> Any:
        from kafka import KafkaProducer

        return make_client(
            KafkaProducer,
            **client_options(self._settings),
            acks=1,
            enable_idempotence=False,  # a broker that lost our id would reject us for ever
            retries=0,  # our own queue retries
            linger_ms=round(LINGER_S * 1000),
            max_block_ms=round(SEND_TIMEOUT_S * 1000),
            request_timeout_ms=round(SEND_TIMEOUT_S * 1000),
            delivery_timeout_ms=round(EXPIRY_S * 1000),
        )

    def _fail(self, error: Exception) -> None:
        """Create a new client for the next message: an old one may deliver leftovers late."""
        if not self.problem:
            log.warning("Kafka: messages are queued: %s", describe(error))
        self.problem = describe(error)
        self._release()

    def _release(self) -> None:
        client, self._client = self._client, None
        if client is not None:  # in less time it would raise and live on: its messages must expire
            close_within(lambda: client.close(timeout=EXPIRY_S + 1))
