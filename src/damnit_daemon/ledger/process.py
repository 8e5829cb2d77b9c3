"""Which process holds a lease, and whether it still lives."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessId:
    """A process, told apart from all others that had or have its number."""

    host: str
    pid: int
    machine: str
    """Where the number means something: this boot, this container. Empty if not known."""
    started: str
    """When the process began, in the kernel's ticks. Empty if not known."""


def this_process() -> ProcessId:
    """Identify ourselves."""
    pid = os.getpid()
    _, started = _state_and_start(pid) or ("", "")
    return ProcessId(socket.gethostname(), pid, _machine(), started)


def is_alive(process: ProcessId) -> bool | None:
    """Tell whether a process lives; None if it cannot be known from here.

    That is so for another host, for another container on the same one, and
    after this machine was started again.
    """
    machine = _machine()
    if not machine or process.machine != machine:
        return None
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, but is another user's
    except OverflowError:
        return None
    found = _state_and_start(process.pid)
    if found is None:
        return True  # hidden from other users
    state, started = found
    return state not in {"Z", "X"} and started == process.started


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _state_and_start(pid: int) -> tuple[str, str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name of the program comes second, in brackets, and may hold anything.
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]
