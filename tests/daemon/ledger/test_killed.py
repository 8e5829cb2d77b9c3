"""Daemons killed at any instant: every run is processed, none twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from damnit_daemon.ledger import (
    ArrivalState,
    JobState,
    Ledger,
    RequestState,
    load_arrived_data,
    load_counters,
    load_jobs,
    load_lease,
    load_progress,
    load_requests,
    pending_arrivals,
)

from ..store.conftest import query
from .builders import run_key

RUNS = 80


@pytest.mark.extended
def test_all_runs_are_processed_once_by_repeatedly_killed_daemons(tmp_path):
    script = Path(__file__).with_name("killed_daemons.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(RUNS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ends = [line.split() for line in done.stdout.splitlines()]
    # Every third was killed in the middle of a transaction, whatever became of the others.
    in_a_job = [(left, int(exit_code)) for left, exit_code in ends[2::3]]
    assert in_a_job == [("half-written", -signal.SIGKILL)] * len(in_a_job), done.stdout

    ledger = Ledger(tmp_path / "daemon.sqlite")
    assert query(ledger.path, "PRAGMA integrity_check") == [("ok",)]
    with ledger.reading() as con:
        jobs = {job.id: job for job in load_jobs(con)}
        counters = load_counters(con)
        requests = load_requests(con)
        assert load_lease(con) is None
        assert pending_arrivals(con) == []
        assert load_arrived_data(con).data == {(run_key(run), "raw") for run in range(RUNS)}
        assert sum(len(load_progress(con, job_id)) for job_id in jobs) <= 2 * 6
    rows = query(ledger.path, "SELECT run, state, job_id FROM arrivals ORDER BY run")
    assert [run for run, _, _ in rows] == list(range(RUNS))
    for run, state, job_id in rows:
        assert state == ArrivalState.ACCEPTED
        assert jobs[job_id].run_key == run_key(run)
    # Each came to its end once, in however many attempts.
    assert counters.pop("told") == RUNS
    assert counters.pop("answered") == len(requests)
    assert {request.state for request in requests} == {RequestState.DONE}
    of_requests = {request.answer["job"] for request in requests}
    assert {job_id for _, _, job_id in rows} | of_requests == jobs.keys()
    assert counters == {f"done {job_id}": 1 for job_id in jobs}
    assert {job.state for job in jobs.values()} == {JobState.DONE}
    assert max(job.attempt for job in jobs.values()) > 1
