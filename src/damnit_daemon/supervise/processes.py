"""Processes of this machine: identify them, check that they are alive, end them."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from ..errors import DamnitError

LOOK_EVERY_S = 0.05
KILL_WAIT_S = 5.0


@dataclass(frozen=True)
class Process:
    """A process, distinguished from a later one with the same process id."""

    pid: int
    started: str
    """Start time, in the kernel's ticks."""

    @property
    def is_gone(self) -> bool:
        """True if it has ended, even if it has not been reaped yet."""
        return process_at(self.pid) != self

    def command_line(self) -> list[str]:
        """Its program and arguments; empty if access is denied."""
        try:
            text = Path(f"/proc/{self.pid}/cmdline").read_text("utf-8", "surrogateescape")
        except OSError:
            return []
        return text.rstrip("\0").split("\0")

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end; return True if it ended in time."""
        give_up_at = time.monotonic() + timeout_s
        while not self.is_gone:
            if time.monotonic() >= give_up_at:
                return False
            time.sleep(LOOK_EVERY_S)
        return True

    def end(self, *, grace_s: float) -> None:
        """End it: TERM, and after the grace period KILL, also for those of its group.

        Raises:
            DamnitError: If it is another user's, or cannot be killed.
        """
        self._signal(signal.SIGTERM)
        if self.wait(grace_s):
            return
        self.kill()

    def kill(self) -> None:
        """Kill it and its group at once.

        Raises:
            DamnitError: If it is another user's, or cannot be killed.
        """
        self._signal(signal.SIGKILL, group=True)
        if not self.wait(KILL_WAIT_S):
            raise DamnitError(
                f"Process {self.pid} cannot be killed.",
                hint="It hangs in the kernel, usually because a file system does not respond.",
            )

    def _signal(self, number: signal.Signals, *, group: bool = False) -> None:
        if self.is_gone:
            return
        try:
            if group and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass
        except PermissionError as error:
            raise DamnitError(
                f"Process {self.pid} is {_owner(self.pid)}'s, and you may not end it.",
                hint="Ask them to run `damnit-daemon stop`.",
            ) from error


def process_at(pid: int) -> Process | None:
    """Return the living process with this process id."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The program's name comes second, in parentheses, and may contain any characters.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else Process(pid, fields[19])


def _owner(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}").owner()
    except (OSError, KeyError):
        return "another user"
