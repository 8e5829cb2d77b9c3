"""What each variable costs, by the jobs of late."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from statistics import median

from ..store.sql import fetch_all

JOBS = 1000
"""Of how many jobs; the more, the longer it takes."""


@dataclass(frozen=True)
class Timing:
    """How long a variable takes, where it came to a result."""

    name: str
    count: int
    median_s: float
    p95_s: float
    total_s: float


def load_timings(con: sqlite3.Connection, *, jobs: int = JOBS) -> list[Timing]:
    """Load what the variables cost in the newest jobs, the dearest in all first."""
    sql = (
        "SELECT name, duration_s FROM progress WHERE job_id > (SELECT max(id) FROM jobs) - ? "
        "AND outcome = 'done' AND typeof(duration_s) = 'real' AND duration_s BETWEEN 0 AND 1e11 "
        "AND typeof(name) = 'text' ORDER BY name, duration_s"
    )
    rows = fetch_all(con, sql, (jobs,))
    timings = [
        _timing(name, [duration_s for _, duration_s in group])
        for name, group in groupby(rows, itemgetter(0))
    ]
    return sorted(timings, key=lambda timing: -timing.total_s)


def _timing(name: str, ascending: list[float]) -> Timing:
    p95 = ascending[math.ceil(0.95 * len(ascending)) - 1]
    return Timing(name, len(ascending), median(ascending), p95, math.fsum(ascending))
