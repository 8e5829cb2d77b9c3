"""A ledger as a daemon at work leaves it, written with the ledger's own functions."""

from __future__ import annotations

from contextlib import contextmanager

from damnit_daemon.ledger import (
    Connection,
    Executor,
    JobState,
    Ledger,
    NewJob,
    Outcome,
    Placement,
    ProcessId,
    VariableProgress,
    acquire,
    add_job,
    expect_variables,
    record_arrival,
    renew,
    save_advance,
    save_progress,
    set_state,
)
from damnit_daemon.model.advance import Advance
from damnit_daemon.model.arrival import Arrival, ArrivalSource

from .conftest import NOW, key

HOST = "max-exfl458"
HALF = Advance(230, 500, "trains", NOW + 330)
OTHER_HOST = ProcessId(HOST, 4321, "another machine", "1")
"""Of which nobody here can tell whether it lives."""


@contextmanager
def ledger_of(folder):
    """Open a folder's ledger for one transaction; there is one afterwards."""
    ledger = Ledger(folder.ledger)
    ledger.create()
    with ledger.writing() as con:
        yield con


def take_lease(con: Connection, *, process=OTHER_HOST, now=NOW, beats=3) -> str:
    token = acquire(con, process, now=now)
    for _ in range(beats):
        renew(con, token, now=now)
    return token


def queue(con: Connection, run: int, data="raw", *, now=NOW, **more) -> int:
    return add_job(con, NewJob(key(run), data, arrived_at=now + run, **more), now=now).id


def begin(
    con: Connection, job: int, *names: str, computing="", done=(), now=NOW, advance=None
) -> int:
    """Have a job run, and be at one of its variables."""
    place = Placement(Executor.LOCAL, HOST, 4321)
    set_state(con, job, JobState.RUNNING, now=now, placement=place)
    expect_variables(con, job, names)
    news = [VariableProgress(job, name, Outcome.DONE, started_at=now) for name in done]
    if computing:
        news.append(VariableProgress(job, computing, Outcome.RUNNING, started_at=now))
    save_progress(con, news)
    if advance is not None:
        save_advance(con, job, computing, advance)
    return job


def end(con: Connection, job: int, state=JobState.DONE, reason="", now=NOW) -> int:
    set_state(con, job, state, now=now, reason=reason)
    return job


def arrive(con: Connection, run: int, data="raw", now=NOW) -> None:
    source = ArrivalSource.WATCHER
    arrival = Arrival(source, f"{run} {data}", key(run), data, now)
    record_arrival(con, arrival, now=now)
