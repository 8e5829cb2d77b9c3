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
    """Where the number means something: this boot, this container, and which machine that
    is for good. Empty if not known."""
    started: str
    """When the process began, in the kernel's ticks. Empty if not known."""


def this_process() -> ProcessId:
    """Identify ourselves."""
    pid = os.getpid()
    _, started = _state_and_start(pid) or ("", "")
    return ProcessId(socket.gethostname(), pid, _machine(), started)


def is_alive(process: ProcessId) -> bool | None:
    """Tell whether a process lives; None if it cannot be known from here.

    That is so for another host, and for another container on the same one.
    """
    machine = _machine()
    if not machine:
        return None
    if process.machine != machine:
        return False if _was_before_this_boot(process, machine) else None
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


def _was_before_this_boot(process: ProcessId, machine: str) -> bool:
    """Whether it ran on this machine, which was started again since."""
    here, there = machine.split(" "), process.machine.split(" ")
    if process.host != socket.gethostname() or min(len(here), len(there)) < 3:
        return False
    return here[2] == there[2] and here[0] != there[0]


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        here = f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
    try:
        return f"{here} {Path('/etc/machine-id').read_text('ascii').strip()}".rstrip()
    except OSError:
        return here


def _state_and_start(pid: int) -> tuple[str, str] | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name of the program comes second, in brackets, and may hold anything.
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]
