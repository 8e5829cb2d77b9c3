"""Read the jobs from the ledger for one screen; in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    ACTIVE,
    Connection,
    Job,
    JobState,
    Ledger,
    LedgerMissing,
    RequestState,
    Timing,
    VariableProgress,
    count_jobs,
    load_jobs,
    load_requests,
    load_running,
    load_timings,
    next_queued,
)

POLL_S = 0.5
MOST_QUEUED = 500
MOST_OVER = 300
OVER = tuple(state for state in JobState if state.is_over)


@dataclass(frozen=True)
class JobRow:
    """A job, with details that are not in its own row."""

    job: Job
    place: int | None = None
    """Number of jobs before it, if queued."""
    computing: tuple[VariableProgress, ...] = ()


@dataclass(frozen=True)
class JobListing:
    """All jobs shown: running ones, queued ones in their order, the last finished ones."""

    jobs: tuple[JobRow, ...] = ()
    left_out: int = 0
    waiting: int = 0
    """Requests that no daemon has accepted yet."""
    problem: str = ""


class JobsReader:
    """Poll the ledger twice a second, until stopped."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._stop = threading.Event()
        self._poll_now = threading.Event()

    def stop(self) -> None:
        """Stop soon."""
        self._stop.set()
        self._poll_now.set()

    def poll_now(self) -> None:
        """Poll now."""
        self._poll_now.set()

    def listings(self) -> Iterator[JobListing]:
        """Yield the jobs whenever they have changed."""
        shown: JobListing | None = None
        while not self._stop.is_set():
            listing = self._read()
            if listing != shown:
                shown = listing
                yield listing
            self._poll_now.wait(POLL_S)
            self._poll_now.clear()

    def _read(self) -> JobListing:
        try:
            with self._ledger.reading() as con:
                return load_listing(con)
        except LedgerMissing:
            return JobListing()
        except DamnitError as error:
            return JobListing(problem=error.message)


def load_listing(con: Connection) -> JobListing:
    """Load the jobs."""
    counts = count_jobs(con)
    active = load_jobs(con, states=ACTIVE)
    queue = next_queued(con, limit=MOST_QUEUED)
    over = load_jobs(con, states=OVER, limit=MOST_OVER)
    shown = [
        *(JobRow(job, computing=tuple(load_running(con, job))) for job in active),
        *(JobRow(job, place) for place, job in enumerate(queue)),
        *(JobRow(job) for job in over),
    ]
    waiting = sum(each.state is RequestState.WAITING for each in load_requests(con))
    return JobListing(tuple(shown), sum(counts.values()) - len(shown), waiting)


def load_job_timings(ledger: Ledger) -> list[Timing]:
    """Load the durations of variables in the latest jobs; none before there are any.

    Raises:
        DamnitError: If the ledger cannot be read.
    """
    try:
        with ledger.reading() as con:
            return load_timings(con)
    except LedgerMissing:
        return []
