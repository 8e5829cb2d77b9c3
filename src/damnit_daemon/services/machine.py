"""CPUs and memory of this machine, as far as this process may use them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
MEMORY_RESERVE = 0.1
"""Part of the memory that is left to other programs."""


def usable_cpus(*, cgroups: Path = CGROUPS, membership: Path = Path("/proc/self/cgroup")) -> int:
    """Return the number of CPUs by affinity (taskset, Slurm) and by quota (cgroups, containers).

    Args:
        cgroups: Where the file systems of the control groups are mounted.
        membership: File with the groups of this process.
    """
    allowed = len(os.sched_getaffinity(0))
    try:
        lines = membership.read_text("utf-8", "replace").splitlines()
    except OSError:
        return allowed
    quotas = [quota for line in lines for quota in _quotas(line, cgroups)]
    return max(1, min([allowed, *(int(quota) for quota in quotas)]))


def memory_is_short(meminfo: Path = Path("/proc/meminfo")) -> bool:
    """Return True if hardly any memory is available; False if that is unknown."""
    try:
        lines = meminfo.read_text("ascii", "replace").splitlines()
        sizes = {name: int(rest.split()[0]) for name, _, rest in (r.partition(":") for r in lines)}
        return sizes["MemAvailable"] < MEMORY_RESERVE * sizes["MemTotal"]
    except (OSError, KeyError, IndexError, ValueError):
        return False


def _quotas(line: str, cgroups: Path) -> Iterator[float]:
    """Yield the CPUs granted to a group and to those above it: version 2, then 1."""
    _, controllers, place = [*line.split(":", 2), "", ""][:3]
    mount, names = cgroups / controllers, ["cpu.cfs_quota_us", "cpu.cfs_period_us"]
    if not controllers:
        names = ["cpu.max"]
    elif "cpu" not in controllers.split(","):
        return
    group = mount / place.strip("/")
    while group.is_relative_to(mount):
        try:
            words = " ".join((group / name).read_text() for name in names).split()
            if int(words[0]) > 0:
                yield int(words[0]) / int(words[1])
        except (OSError, ValueError, IndexError, ZeroDivisionError):  # no limit, or no such group
            pass
        group = group.parent
