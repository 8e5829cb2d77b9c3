"""Limits of one job's process, derived from the resources of its Slurm task. Pure."""

from __future__ import annotations

from ...settings import InvalidSetting, parse_duration_s, parse_memory_bytes
from ...slurm import Resources, total_memory

OWN_SHARE = 0.95
"""Share of the memory; the rest is the runner's. So one variable is ended, not the whole task."""

RESERVE_S = 120.0
"""Time kept for the variables that follow one that never ends."""


def own_limits(resources: Resources, jobs: int = 1) -> tuple[int, float]:
    """Return bytes and seconds; 0: no limit.

    Args:
        resources: Resources of the task.
        jobs: Number of jobs that share that time, one after the other.
    """
    memory = int(OWN_SHARE * _memory_bytes(resources.memory or total_memory(resources.extra)))
    if not resources.time:
        return memory, 0.0
    time_s = parse_duration_s(resources.time)
    return memory, max(time_s / 2, time_s - RESERVE_S) / jobs


def _memory_bytes(text: str) -> int:
    try:
        return parse_memory_bytes(text)
    except InvalidSetting:  # none, or one that Slurm refuses
        return 0
