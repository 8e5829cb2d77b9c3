"""What Linux offers to keep processes in bounds, and none behind."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36  # both from linux/prctl.h

FUTEX = {"x86_64": "202", "aarch64": "98"}.get(platform.machine(), "")
"""The number of the system call by which a thread waits for a lock."""


def _prctl(option: int, value: int) -> None:
    """Ask the kernel; without an answer (not Linux) things work, less tidily."""
    try:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (AttributeError, OSError):
        pass


def adopt_orphans() -> None:
    """Processes that a child leaves behind become ours, and can be ended."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """End this process, by a signal, when its parent ends, however that happens."""
    _prctl(PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(1)


def end_group(pid: int) -> None:
    """Kill the process group of a process; it may be gone."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def end_orphans(keep: set[int]) -> None:
    """End the processes that a finished child left in groups of their own."""
    for pid in _children(os.getpid()):
        if pid not in keep:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass


def end_descendants() -> None:
    """End all processes below this one; those that lose their parent by it become ours."""
    while list(_children(os.getpid())):
        end_orphans(set())


def bind_to_cpus(count: int) -> None:
    """Let this process and its children use only so many of the CPUs it may use now.

    Different processes get different ones, as far as there are enough.
    """
    allowed = sorted(os.sched_getaffinity(0))
    if count < len(allowed):
        first = os.getpid() * count
        os.sched_setaffinity(0, {allowed[(first + i) % len(allowed)] for i in range(count)})


def limit_memory(size_bytes: int) -> None:
    """Make allocations beyond the limit fail, which Python raises as MemoryError.

    Counts what the process writes to (RLIMIT_DATA, private mappings since Linux
    4.7), not what it maps: reading a big file is no offence.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (size_bytes, size_bytes))


def memory_of(pid: int) -> int:
    """Bytes of memory that a process and its descendants have to themselves; 0 where unknown."""
    return _own_memory(pid) + sum(memory_of(child) for child in _children(pid))


def thread_names() -> list[str]:
    """How the threads of this process are called, those of native code too."""
    found = []
    for thread in _threads(os.getpid()):
        try:
            found.append((thread / "comm").read_text().strip())
        except OSError:
            pass
    return sorted(found)


def lock_waits(pid: int) -> tuple[str, ...]:
    """How often each thread of a process has gone to sleep, if nobody can wake any of them.

    Nobody can if the process has no child and all its threads wait for a lock without a time
    limit: then what this gives stays the same. Empty in all other cases, and where it cannot
    be known.
    """
    found = []
    for thread in _threads(pid):
        try:
            call = (thread / "syscall").read_text().split()
            status = (thread / "status").read_text()
        except OSError:
            return ()
        if not FUTEX or call[0] != FUTEX or int(call[4], 16):
            return ()
        found.append(f"{thread.name} {status.partition('voluntary_ctxt_switches:')[2]}")
    return () if list(_children(pid)) else tuple(found)


def _own_memory(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    for line in status.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def _threads(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _children(pid: int) -> Iterator[int]:
    for thread in _threads(pid):
        try:
            yield from map(int, (thread / "children").read_text().split())
        except OSError:
            pass
