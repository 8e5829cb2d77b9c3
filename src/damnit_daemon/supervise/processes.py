"""Processes of this machine: which they are, whether they live, ending them."""

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
    """A process, told apart from others that get its number later."""

    pid: int
    started: str
    """When, in the kernel's ticks."""

    @property
    def is_gone(self) -> bool:
        """Whether it has ended; one that nobody has reaped yet has."""
        return process_at(self.pid) != self

    def command_line(self) -> list[str]:
        """Its program and arguments; empty if that may not be known."""
        try:
            text = Path(f"/proc/{self.pid}/cmdline").read_text("utf-8", "surrogateescape")
        except OSError:
            return []
        return text.rstrip("\0").split("\0")

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end; tell whether it came."""
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
        """End it and its group without asking.

        Raises:
            DamnitError: If it is another user's, or cannot be killed.
        """
        self._signal(signal.SIGKILL, group=True)
        if not self.wait(KILL_WAIT_S):
            raise DamnitError(
                f"Process {self.pid} cannot be killed.",
                hint="It hangs in the kernel, mostly for a file system that does not answer.",
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
                f"Process {self.pid} is {_owner(self.pid)}'s, and may not be ended by you.",
                hint="Ask them to run `damnit-daemon stop`.",
            ) from error


def process_at(pid: int) -> Process | None:
    """Find the living process that has a number."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name of the program comes second, in brackets, and may hold anything.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else Process(pid, fields[19])


def _owner(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}").owner()
    except (OSError, KeyError):
        return "another user"
