"""Linux calls to limit processes and leave none behind."""

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
"""Number of the system call by which a thread waits for a lock."""


def _prctl(option: int, value: int) -> None:
    """Call the kernel's prctl; without it (not Linux) cleanup is less thorough."""
    try:
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (AttributeError, OSError):
        pass


def adopt_orphans() -> None:
    """Adopt processes that a child leaves behind, so that they can be ended."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """End this process by a signal when its parent ends, for any reason."""
    _prctl(PR_SET_PDEATHSIG, by)
    if os.getppid() != parent:  # it was gone before the call
        os._exit(1)


def end_group(pid: int) -> None:
    """Kill the process group of a process, which may be gone."""
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
    """End all descendants; those orphaned by it are adopted."""
    while list(_children(os.getpid())):
        end_orphans(set())


def bind_to_cpus(count: int) -> None:
    """Restrict this process and its children to `count` of the currently allowed CPUs.

    Different processes get different CPUs, as far as there are enough.
    """
    allowed = sorted(os.sched_getaffinity(0))
    if count < len(allowed):
        first = os.getpid() * count
        os.sched_setaffinity(0, {allowed[(first + i) % len(allowed)] for i in range(count)})


def limit_memory(size_bytes: int) -> None:
    """Make allocations beyond the limit fail with a MemoryError.

    Counts memory that the process writes to (RLIMIT_DATA, private mappings since Linux
    4.7), not what it merely maps: reading a big file is allowed.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (size_bytes, size_bytes))


def memory_of(pid: int) -> int:
    """Return the bytes of private memory of a process and its descendants; 0 if unknown."""
    return _own_memory(pid) + sum(memory_of(child) for child in _children(pid))


def thread_names() -> list[str]:
    """Return the names of this process's threads, native ones included."""
    found = []
    for thread in _threads(os.getpid()):
        try:
            found.append((thread / "comm").read_text().strip())
        except OSError:
            pass
    return sorted(found)


def lock_waits(pid: int) -> tuple[str, ...]:
    """Return how often each thread of a process has slept, if it may be deadlocked.

    It may be if the process has no child and all its threads wait for a lock without a time
    limit; the deadlock is real if the result stays the same. Empty in all other cases, and
    if unknown.
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


def used_cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used; 0 if they cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return 0.0
