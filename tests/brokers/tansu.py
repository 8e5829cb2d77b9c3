"""Tansu: today's protocol; topics, messages and offsets outlive a kill.

Two faults of its own: a topic that two clients make at the same moment loses
what the first sends, and a message to a topic that it forgot is acknowledged
and lost. So tests send before they listen.
"""

from __future__ import annotations

import sys
import urllib.request
from pathlib import Path

from . import parts
from .broker import Broker
from .process import ServerProcess, free_port

BUCKET = "tansu"


class Tansu(Broker):
    """Tansu on moto's S3 server, two processes."""

    def __init__(self, folder: Path) -> None:
        port, store = free_port(), free_port()
        self.address = f"127.0.0.1:{port}"
        self._store = ServerProcess(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(store)],
            store,
            folder / "s3.log",
            {"PYTHONPATH": str(parts.moto()), "PYTHONWARNINGS": ""},
        )
        url = f"http://127.0.0.1:{store}"
        self._broker = ServerProcess(
            broker_command(self.address, f"s3://{BUCKET}/"),
            port,
            folder / "tansu.log",
            {
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": "us-east-1",
                "AWS_ENDPOINT": url,
                "AWS_ALLOW_HTTP": "true",
            },
        )
        self._store.start()
        bucket = urllib.request.Request(f"{url}/{BUCKET}", method="PUT")
        urllib.request.urlopen(bucket, timeout=10).close()

    def start(self) -> None:
        self._broker.start()

    def kill(self) -> None:
        self._broker.kill()

    def stop(self) -> None:
        self._broker.stop()
        self._store.stop()


class ForgetfulTansu(Broker):
    """Tansu in memory: when killed, it forgets all that it ever knew."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        self._broker = ServerProcess(
            broker_command(self.address, "memory://tansu/"),
            port,
            folder / "tansu.log",
        )

    def start(self) -> None:
        self._broker.start()

    def kill(self) -> None:
        self._broker.kill()

    def stop(self) -> None:
        self._broker.stop()


def broker_command(address: str, storage: str) -> list[str]:
    """How Tansu is started."""
    url = f"tcp://{address}"
    listen = ["--listener-url", url, "--advertised-listener-url", url]
    return [str(parts.tansu()), "broker", "--storage-engine", storage, *listen]
