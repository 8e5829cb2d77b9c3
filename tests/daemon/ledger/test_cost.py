"""Costs of the daemon's ledger calls, independent of the size of the ledger."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.ledger import (
    ArrivalState,
    JobOrigin,
    JobState,
    Ledger,
    Outcome,
    RequestKind,
    RequestState,
    VariableProgress,
    acquire,
    add_job,
    add_job_for_arrival,
    add_request,
    answer_request,
    count,
    has_queued,
    has_undecided,
    load_arrival,
    load_arrivals,
    load_arrived_data,
    load_job,
    load_jobs,
    load_progress,
    load_request,
    load_requests,
    mark_arrival,
    next_queued,
    pending_arrivals,
    prioritise_job,
    prune,
    record_arrival,
    recover,
    renew,
    requeue,
    retry_job,
    save_progress,
    set_state,
    take_requests,
)

from .builders import NOW, arrival, job, run_key
from .conftest import HERE
from .large_ledger import fill

SMALL = {"arrivals": 2_000, "jobs": 600, "requests": 300}
LARGE = {"arrivals": 20_000, "jobs": 6_000, "requests": 3_000}
STEPS = 5


def last_job(con):
    return con.execute("SELECT max(id) FROM jobs").fetchone()[0]


def last_arrival(con):
    return con.execute("SELECT max(id) FROM arrivals").fetchone()[0]


CALLS = {
    "record": lambda con: record_arrival(con, arrival(3, key="new"), now=NOW),
    "record again": lambda con: record_arrival(
        con, arrival(3, key="topic/0/7", source="kafka"), now=NOW
    ),
    "pending": lambda con: pending_arrivals(con, limit=2),
    "load arrival": lambda con: load_arrival(con, 3),
    "arrivals of a run": lambda con: load_arrivals(con, run_key(3)),
    "mark": lambda con: mark_arrival(con, 1000, ArrivalState.IGNORED),
    "new seen": lambda con: load_arrived_data(con, after_id=last_arrival(con) - 3),
    "accept": lambda con: add_job_for_arrival(con, 1000, job(499), now=NOW),
    "add job": lambda con: add_job(con, job(3), now=NOW),
    "merge job": lambda con: add_job(con, job(49), now=NOW),
    "add request's job": lambda con: add_job(con, job(3, origin=JobOrigin.REQUEST), now=NOW),
    "retry": lambda con: retry_job(con, 3, now=NOW),
    "prioritise": lambda con: prioritise_job(con, 50, 3),
    "next": lambda con: next_queued(con, limit=9),
    "begin": lambda con: set_state(con, 50, JobState.RUNNING, now=NOW),
    "end": lambda con: set_state(con, last_job(con), JobState.DONE, now=NOW),
    "requeue": lambda con: requeue(con, last_job(con), now=NOW, reason=""),
    "recover": lambda con: recover(con, now=NOW),
    "load job": lambda con: load_job(con, 3),
    "newest jobs": lambda con: load_jobs(con, limit=20),
    "jobs at work": lambda con: load_jobs(con, states=[JobState.RUNNING, JobState.SUBMITTED]),
    "newest failed": lambda con: load_jobs(con, states=[JobState.FAILED], limit=20),
    "newest done": lambda con: load_jobs(con, states=[JobState.DONE], limit=20),
    "jobs of a run": lambda con: load_jobs(con, key=run_key(3)),
    "progress": lambda con: save_progress(
        con, [VariableProgress(last_job(con), "variable_3", Outcome.DONE)]
    ),
    "load progress": lambda con: load_progress(con, last_job(con)),
    "ask": lambda con: add_request(con, RequestKind.COMBINE, {}, user="", host="", now=NOW),
    "take": lambda con: take_requests(con, now=NOW),
    "answer": lambda con: answer_request(con, 3, RequestState.DONE, {}, now=NOW),
    "load request": lambda con: load_request(con, 3),
    "newest requests": lambda con: load_requests(con, limit=20),
    "prune nothing": lambda con: prune(con, keep_jobs=10_000, keep_progress=10_000),
    "prune": lambda con: prune(con, keep_jobs=200, keep_progress=100, at_once=10),
    "anything undecided": has_undecided,
    "anything queued": has_queued,
    "count": lambda con: count(con, "x"),
    "lease": lambda con: acquire(con, HERE, now=NOW, alive=lambda process: False),
    "renew": lambda con: renew(
        con, acquire(con, HERE, now=NOW, alive=lambda process: False), now=NOW
    ),
}


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory):
    """The paths of a small and of a large ledger."""
    paths = []
    for name, size in (("small", SMALL), ("large", LARGE)):
        ledger = Ledger(tmp_path_factory.mktemp("cost") / name)
        ledger.create()
        with ledger.writing() as con:
            fill(con, **size)
        paths.append(ledger.path)
    return paths


def steps_of(path, call):
    """How many times STEPS instructions SQLite needed for a call, that is undone."""
    steps = 0

    def count_step():
        nonlocal steps
        steps += 1

    with closing(sqlite3.connect(path, isolation_level=None)) as con:
        con.execute("BEGIN IMMEDIATE")
        con.set_progress_handler(count_step, STEPS)
        call(con)
    return steps


@pytest.mark.parametrize("name", CALLS)
def test_cost_of_ledger_call_is_independent_of_ledger_size(ledgers, name):
    small, large = (steps_of(path, CALLS[name]) for path in ledgers)

    assert large <= 1.5 * small + 20
