"""Somebody else's view of a topic: a plain consumer that reads all there is, and goes on."""

from __future__ import annotations

import json
import time

from damnit_daemon.broker.settings import parse_api_version

from .broker import Broker


class Follower:
    """Reads one topic from its beginning, without a group."""

    def __init__(self, broker: Broker, topic: str) -> None:
        from kafka import KafkaConsumer

        self.messages: list[dict] = []
        self._consumer = KafkaConsumer(
            topic,
            bootstrap_servers=broker.address,
            api_version=parse_api_version(broker.api_version),
            group_id=None,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )

    def poll(self, timeout_s: float = 0.2) -> list[dict]:
        """What came since."""
        polled = self._consumer.poll(timeout_ms=int(1000 * timeout_s))
        new = [json.loads(record.value) for batch in polled.values() for record in batch]
        self.messages += new
        return new

    def until(self, condition, timeout_s: float = 60.0):
        """Read on until something holds of the messages; fail if it never does."""
        end_s = time.monotonic() + timeout_s
        while not (found := condition(self.messages)):
            assert time.monotonic() < end_s, f"not among {len(self.messages)} messages"
            self.poll()
        return found

    def close(self) -> None:
        """Let go."""
        self._consumer.close()
