"""Cost of each variable, from recent jobs."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from statistics import median

from ..store.sql import fetch_all

JOBS = 1000
"""Number of jobs to evaluate; more take longer."""


@dataclass(frozen=True)
class Timing:
    """Run time of a variable, where it gave a result."""

    name: str
    count: int
    median_s: float
    p95_s: float
    total_s: float


def load_timings(con: sqlite3.Connection, *, jobs: int = JOBS) -> list[Timing]:
    """Load the cost of variables in the newest jobs, largest total first."""
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
