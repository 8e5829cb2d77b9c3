"""Temporary file names with the writing process, to detect files left by killed ones.

Standard library only, Python 3.10: it is shipped to the user's Python.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from .file_format import WRITING_SUFFIX

_MARKED = re.compile(rf"-([0-9a-f]{{12}})-(\d+)-(\d+){re.escape(WRITING_SUFFIX)}", re.ASCII)
_DEAD = {"Z", "X"}


def writing_suffix() -> str:
    """Return the suffix for files that this process writes."""
    found = state_and_start(os.getpid())
    here = machine()
    if not here or found is None:
        return WRITING_SUFFIX  # unknown
    return f"-{_digest(here)}-{os.getpid()}-{found[1]}{WRITING_SUFFIX}"


def is_left_behind(name: str) -> bool:
    """Return True if the process that wrote a file of this name is certainly gone.

    It is never certain for another host, another container, or a name without a process.
    """
    marked = _MARKED.search(name)
    here = machine()
    if marked is None or not here or marked[1] != _digest(here):
        return False
    try:
        os.kill(int(marked[2]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # alive, but another user's
    except OverflowError:
        return False
    found = state_and_start(int(marked[2]))
    if found is None:
        return False  # hidden from other users
    state, started = found
    return state in _DEAD or started != marked[3]


def machine() -> str:
    """Return the scope of process ids; empty if unknown.

    That is this boot and this container; a third word, if any, identifies the
    machine permanently.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        here = f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
    try:
        return f"{here} {Path('/etc/machine-id').read_text('ascii').strip()}".rstrip()
    except OSError:
        return here


def state_and_start(pid: int) -> tuple[str, str] | None:
    """Return the state of a process and its start time in kernel ticks; None if not visible."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The program's name comes second, in brackets, and may contain anything.
    fields = text.rpartition(")")[2].split()
    return (fields[0], fields[19]) if len(fields) > 19 else None


def _digest(here: str) -> str:
    # A container may have no /etc/machine-id where the daemon has one: boot and container suffice.
    return hashlib.sha256(" ".join(here.split(" ")[:2]).encode()).hexdigest()[:12]
