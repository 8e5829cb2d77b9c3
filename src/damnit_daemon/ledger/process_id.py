"""Which process holds a lease, and whether it still lives."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from ..runner.temp_names import machine, state_and_start


@dataclass(frozen=True)
class ProcessId:
    """A process, told apart from all others that had or have its number."""

    host: str
    pid: int
    machine: str
    """Where the number means something: this boot, this container, and which machine that
    is for good. Empty if not known."""
    started: str
    """When the process began, in the kernel's ticks. Empty if not known."""


def this_process() -> ProcessId:
    """Identify ourselves."""
    pid = os.getpid()
    _, started = state_and_start(pid) or ("", "")
    return ProcessId(socket.gethostname(), pid, machine(), started)


def is_alive(process: ProcessId) -> bool | None:
    """Tell whether a process lives; None if it cannot be known from here.

    That is so for another host, and for another container on the same one.
    """
    here = machine()
    if not here:
        return None
    if process.pid <= 0:
        return None  # no process has such a number
    if process.machine != here:
        return False if _was_before_this_boot(process, here) else None
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, but is another user's
    except OverflowError:
        return None
    found = state_and_start(process.pid)
    if found is None:
        return True  # hidden from other users
    state, started = found
    return state not in {"Z", "X"} and started == process.started


def _was_before_this_boot(process: ProcessId, this: str) -> bool:
    """Whether it ran on this machine, which was started again since."""
    here, there = this.split(" "), process.machine.split(" ")
    if process.host != socket.gethostname() or min(len(here), len(there)) < 3:
        return False
    return here[2] == there[2] and here[0] != there[0]
