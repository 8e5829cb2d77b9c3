"""librdkafka's mock cluster: outages without loss, and any error code at will."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import parts
from .broker import Broker
from .process import ServerProcess, free_port

PRODUCE, FETCH, OFFSET_COMMIT, JOIN_GROUP, HEARTBEAT = 0, 1, 8, 11, 12
"""Numbers of requests."""


class MockBroker(Broker):
    """A mock of one broker, as a process; it keeps all in memory."""

    api_version = "2.3"  # its refusal of newer requests cannot be decoded

    def __init__(self, folder: Path) -> None:
        self._port = free_port()
        self.address = f"127.0.0.1:{self._port}"
        script = str(Path(__file__).with_name("mock_server.py"))
        self._broker = ServerProcess(
            [sys.executable, script, str(self._port), str(parts.librdkafka())],
            self._port,
            folder / "mock.log",
            answers=True,
        )

    def start(self) -> None:
        self._broker.start()

    def kill(self) -> None:
        self._broker.kill()

    def stop(self) -> None:
        self._broker.stop()

    def begin_outage(self) -> None:
        """Cut connections and take no new ones; nothing is forgotten."""
        self._tell("down")

    def end_outage(self) -> None:
        """Be there again."""
        self._tell("up")

    def answer_with_errors(self, request: int, *codes: int) -> None:
        """Answer the next requests of a kind with these codes, one after the other."""
        self._tell("errors", request, *codes)

    def _tell(self, *words: object) -> None:
        self._broker.tell(json.dumps(words).encode())
