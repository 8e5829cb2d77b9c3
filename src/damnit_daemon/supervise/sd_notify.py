"""Telling systemd how we are (`sd_notify`), where it started us; elsewhere nothing happens."""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping

SOCKET = "NOTIFY_SOCKET"
WATCHDOG_USEC = "WATCHDOG_USEC"
WATCHDOG_PID = "WATCHDOG_PID"


class Notifier:
    """Says READY, STATUS, STOPPING and WATCHDOG to the one who started us.

    Nothing is ever raised: to be heard is not what the daemon lives for.

    Attributes:
        watchdog_every_s: How often `watchdog` is to be called; None if nobody asked
            for it. Half of what systemd allows.
    """

    def __init__(self, address: str = "", *, watchdog_every_s: float | None = None) -> None:
        self.watchdog_every_s = watchdog_every_s
        self._address = address
        self._status = ""

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str] | None = None) -> Notifier:
        """Take what systemd left for us, out of the environment.

        Programs that we start must not find it: they would speak in our name.
        """
        environment = os.environ if environment is None else environment
        address = environment.pop(SOCKET, "")
        microseconds = environment.pop(WATCHDOG_USEC, "")
        pid = environment.pop(WATCHDOG_PID, "")
        is_for_us = pid in ("", str(os.getpid())) and microseconds.isdecimal()
        every_s = int(microseconds) / 1e6 / 2 if is_for_us and int(microseconds) else None
        return cls(address, watchdog_every_s=every_s)

    def ready(self, status: str = "") -> None:
        """The daemon works."""
        self._send("READY=1", *self._status_line(status))

    def status(self, status: str) -> None:
        """What it does, in a line for people; said again only when it changes."""
        if status != self._status:
            self._send(*self._status_line(status))

    def stopping(self, status: str = "") -> None:
        """It is about to end."""
        self._send("STOPPING=1", *self._status_line(status))

    def watchdog(self) -> None:
        """It is alive; without this, where asked for, systemd kills it."""
        if self.watchdog_every_s is not None:
            self._send("WATCHDOG=1")

    def _status_line(self, status: str) -> list[str]:
        self._status = status
        return [f"STATUS={' '.join(status.split())}"] if status else []

    def _send(self, *lines: str) -> None:
        if not self._address or not lines:
            return
        # `@` is how an address without a file is written
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode("utf-8", "replace"), address)
        except (OSError, ValueError):
            pass
