"""Broker events for runs that the watcher has found already."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import pytest

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.ledger import (
    JobState,
    Ledger,
    NewJob,
    add_job_for_arrival,
    pending_arrivals,
    record_arrival,
    set_state,
)
from damnit_daemon.model import RunKey
from damnit_daemon.model.arrival import Arrival, ArrivalSource
from damnit_daemon.services.duplicate_arrivals import was_taken
from damnit_daemon.services.run_scanner import scan_run

KEY = RunKey(1234, 1)
EVENT = Arrival(ArrivalSource.KAFKA, "events 0 7", KEY, "raw", 1.0)


@pytest.fixture
def proposal(tmp_path):
    made = make_proposal(tmp_path / "exfel")
    write_run(made, 1, camera=False, proc=False)
    return made


@pytest.fixture
def con(tmp_path):
    ledger = Ledger(tmp_path / "daemon.sqlite")
    ledger.create()
    with ledger.writing() as con:
        yield con


def take(con, proposal):
    """As the watcher and the loop do it; returns the job."""
    files = scan_run(proposal.path, (KEY, "raw"))
    found = Arrival(ArrivalSource.WATCHER, "r0001", KEY, "raw", files.data_at, True)
    record_arrival(con, found, now=2.0)
    (pending,) = pending_arrivals(con)
    return add_job_for_arrival(con, pending.id, NewJob(KEY, "raw", arrived_at=2.0), now=2.0).id


def test_event_for_unchanged_processed_run_is_a_duplicate(con, proposal):
    assert not was_taken(con, EVENT, proposal.path)
    take(con, proposal)
    (proposal.path / "raw/r0001/karabo_data_map.json").write_text("{}")  # by EXtra-data
    assert was_taken(con, EVENT, proposal.path)
    assert not was_taken(con, replace(EVENT, data="proc"), proposal.path)
    assert not was_taken(con, replace(EVENT, run_key=RunKey(1234, 2)), proposal.path)


def test_event_for_run_with_changed_files_is_no_duplicate(con, proposal):
    take(con, proposal)
    (path, *_) = (proposal.path / "raw/r0001").glob("*.h5")
    os.utime(path, (time.time() + 5, time.time() + 5))
    assert not was_taken(con, EVENT, proposal.path)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_event_for_run_with_failed_job_is_no_duplicate(con, proposal, state):
    job = take(con, proposal)
    set_state(con, job, JobState.RUNNING, now=3.0)
    set_state(con, job, state, now=4.0)
    assert not was_taken(con, EVENT, proposal.path)
