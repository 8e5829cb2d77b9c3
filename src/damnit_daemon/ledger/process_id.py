"""Identity of the process that holds a lease, and a check if it is still alive."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from ..runner.temp_names import machine, state_and_start


@dataclass(frozen=True)
class ProcessId:
    """Process, distinguished from all others that had or have its PID."""

    host: str
    pid: int
    machine: str
    """Where the PID is valid: this boot, this container, and a permanent machine ID.
    Empty if unknown."""
    started: str
    """Start time of the process, in the kernel's ticks. Empty if unknown."""


def this_process() -> ProcessId:
    """Identify the current process."""
    pid = os.getpid()
    _, started = state_and_start(pid) or ("", "")
    return ProcessId(socket.gethostname(), pid, machine(), started)


def is_alive(process: ProcessId) -> bool | None:
    """Return True if a process is alive; None if that cannot be known from here.

    That is the case for another host, or another container on the same host.
    """
    here = machine()
    if not here:
        return None
    if process.pid <= 0:
        return None  # no process has such a PID
    if process.machine != here:
        return False if _was_before_this_boot(process, here) else None
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, but owned by another user
    except OverflowError:
        return None
    found = state_and_start(process.pid)
    if found is None:
        return True  # hidden from other users
    state, started = found
    return state not in {"Z", "X"} and started == process.started


def _was_before_this_boot(process: ProcessId, this: str) -> bool:
    """Return True if it ran on this machine, which has been rebooted since."""
    here, there = this.split(" "), process.machine.split(" ")
    if process.host != socket.gethostname() or min(len(here), len(there)) < 3:
        return False
    return here[2] == there[2] and here[0] != there[0]
