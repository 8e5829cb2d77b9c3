"""A broker as tests see it, and one that somebody else runs."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from damnit_daemon.broker import BrokerSettings
from damnit_daemon.broker.settings import parse_api_version

_numbers = itertools.count()


class Broker:
    """Knows how to reach a broker; subclasses know how to start and kill theirs."""

    address: str
    api_version: str = ""
    """As in our settings."""
    can_be_killed = True
    has_timestamps = True
    session_timeout_s = 3.0
    """Short, since Tansu takes half of it to let a member in, and all wait for dead members."""

    def start(self) -> None:
        """Start it on its port, with what it stored."""
        raise NotImplementedError

    def kill(self) -> None:
        """End it with SIGKILL; what it stored stays."""
        raise NotImplementedError

    def stop(self) -> None:
        """End it and all that belongs to it."""

    def settings(self, *topics: str, group: str | None = None, **changes) -> BrokerSettings:
        """Settings for a group and an update topic of the test's own."""
        name = unique_name("test")
        base = BrokerSettings(
            addresses=(self.address,),
            group=group or name,
            topics=topics or (name,),
            update_topic=f"{name}.updates",
            api_version=parse_api_version(self.api_version),
            session_timeout_s=self.session_timeout_s,
        )
        return replace(base, **changes)

    def send(self, topic: str, values: Iterable[bytes], timeout_s: float = 20.0) -> None:
        """Send messages as the facility would, and wait until the broker has them."""
        with self.sending(topic, timeout_s) as send:
            for value in values:
                send(value)

    @contextmanager
    def sending(self, topic: str, timeout_s: float = 20.0) -> Iterator[Callable[[bytes], None]]:
        """Keep a connection for sending; the broker has all at the end of the block."""
        from kafka import KafkaProducer

        producer = KafkaProducer(
            bootstrap_servers=self.address,
            api_version=parse_api_version(self.api_version),
            enable_idempotence=False,
            acks=1,
        )
        sent = []
        try:
            yield lambda value: sent.append(producer.send(topic, value))
            for each in sent:
                each.get(timeout_s)
        finally:
            producer.close(timeout=1)


class NamedBroker(Broker):
    """The broker named in `DAMNIT_TEST_BROKER`, which is not ours to kill.

    `DAMNIT_TEST_BROKER_VERSION` may hold its version.
    """

    can_be_killed = False
    session_timeout_s = 6.0

    def __init__(self, address: str) -> None:
        self.address = address
        self.api_version = os.environ.get("DAMNIT_TEST_BROKER_VERSION", "")


def unique_name(stem: str) -> str:
    """A name for a topic or group that no other test has."""
    return f"{stem}-{os.getpid()}-{time.time_ns():x}-{next(_numbers)}"
