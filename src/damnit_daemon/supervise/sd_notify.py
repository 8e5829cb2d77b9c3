"""Notify systemd of our state (`sd_notify`) if it started us; otherwise do nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping

SOCKET = "NOTIFY_SOCKET"
WATCHDOG_USEC = "WATCHDOG_USEC"
WATCHDOG_PID = "WATCHDOG_PID"


class Notifier:
    """Sends READY, STATUS, STOPPING and WATCHDOG to systemd.

    Never raises: the daemon does not depend on its notifications.

    Attributes:
        watchdog_every_s: How often to call `watchdog`: half of what systemd allows;
            None if it is not required.
    """

    def __init__(self, address: str = "", *, watchdog_every_s: float | None = None) -> None:
        self.watchdog_every_s = watchdog_every_s
        self._address = address
        self._status = ""

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str] | None = None) -> Notifier:
        """Take systemd's variables out of the environment.

        Child processes must not inherit them: they would notify systemd in our name.
        """
        environment = os.environ if environment is None else environment
        address = environment.pop(SOCKET, "")
        microseconds = environment.pop(WATCHDOG_USEC, "")
        pid = environment.pop(WATCHDOG_PID, "")
        is_for_us = pid in ("", str(os.getpid())) and microseconds.isdecimal()
        every_s = int(microseconds) / 1e6 / 2 if is_for_us and int(microseconds) else None
        return cls(address, watchdog_every_s=every_s)

    def ready(self, status: str = "") -> None:
        """Report that the daemon is running."""
        self._send("READY=1", *self._status_line(status))

    def status(self, status: str) -> None:
        """Report its activity in one line for users; sent again only when it changes."""
        if status != self._status:
            self._send(*self._status_line(status))

    def stopping(self, status: str = "") -> None:
        """Report that it is about to end."""
        self._send("STOPPING=1", *self._status_line(status))

    def watchdog(self) -> None:
        """Report that it is alive; systemd kills it without this, if required."""
        if self.watchdog_every_s is not None:
            self._send("WATCHDOG=1")

    def _status_line(self, status: str) -> list[str]:
        self._status = status
        return [f"STATUS={' '.join(status.split())}"] if status else []

    def _send(self, *lines: str) -> None:
        if not self._address or not lines:
            return
        # `@` stands for the NUL that starts an abstract address
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.setblocking(False)
                sender.sendto("\n".join(lines).encode("utf-8", "replace"), address)
        except (OSError, ValueError):
            pass
