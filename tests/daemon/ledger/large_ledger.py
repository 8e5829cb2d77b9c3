"""A ledger as it is after months, made quickly."""

from __future__ import annotations

from damnit_daemon.ledger import JobState

from .builders import NOW

VARIABLES = 20


def fill(con, *, arrivals, jobs, requests=0, with_progress=200):
    """Fill a ledger: one job in 50 waits, two run, the others are over."""
    con.executemany(
        "INSERT INTO arrivals (source, key, proposal, run, data, event_at, backfilled, "
        "recorded_at, state, reason, job_id) VALUES ('kafka', ?, 1234, ?, ?, ?, 0, ?, ?, '', ?)",
        (
            (f"topic/0/{n}", n // 2, ("raw", "proc")[n % 2], NOW + n, NOW + n, state, n)
            for n in range(arrivals)
            for state in ("pending" if n % 1000 == 999 else "accepted",)
        ),
    )
    con.executemany(
        "INSERT INTO jobs (proposal, run, data, match, scope, origin, user, processing_id, asked, "
        "priority, newest_at, state, reason, attempt, created_at, executor) "
        "VALUES (1234, ?, 'raw', '[]', '[null, [], null, null]', ?, '', ?, ?, 0, ?, ?, '', 1, "
        "?, 'local')",
        (_job(n, jobs) for n in range(jobs)),
    )
    con.executemany(
        "INSERT INTO progress (job_id, name, outcome, started_at, duration_s, message) "
        "VALUES (?, ?, 'done', ?, 0.1, '')",
        (
            (n + 1, f"variable_{v}", NOW)
            for n in range(max(0, jobs - with_progress), jobs)
            for v in range(VARIABLES)
        ),
    )
    con.executemany(
        "INSERT INTO requests (kind, payload, user, host, created_at, state, answer) "
        "VALUES ('combine', '{}', 'me', 'here', ?, 'done', '{}')",
        ((NOW,) for _ in range(requests)),
    )


def _job(n, jobs):
    state = JobState.DONE
    if n % 50 == 49:
        state = JobState.QUEUED
    if n >= jobs - 2:
        state = JobState.RUNNING
    asked = n % 100 == 99
    origin = "request" if asked else "arrival"
    return n, origin, f"00000000-0000-4000-8000-{n:012}", asked, NOW + n, state, NOW
