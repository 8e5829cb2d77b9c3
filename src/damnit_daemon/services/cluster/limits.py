"""What the process of one job may use of what Slurm gives to the task. Pure."""

from __future__ import annotations

from ...settings import parse_duration_s, parse_memory_bytes
from ...slurm import Resources

OWN_SHARE = 0.95
"""Of the memory: the rest is the runner's. So one variable is ended, and not the whole task."""

RESERVE_S = 120.0
"""Of the time: kept for the variables that come after one that takes for ever."""


def own_limits(resources: Resources, jobs: int = 1) -> tuple[int, float]:
    """Bytes and seconds; 0: whatever there is.

    Args:
        resources: What Slurm gives.
        jobs: How many share that time, one after the other.
    """
    memory = int(OWN_SHARE * parse_memory_bytes(resources.memory)) if resources.memory else 0
    if not resources.time:
        return memory, 0.0
    time_s = parse_duration_s(resources.time)
    return memory, max(time_s / 2, time_s - RESERVE_S) / jobs
