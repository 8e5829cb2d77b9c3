"""Make what goes into a ledger."""

from __future__ import annotations

from damnit_daemon.ledger import JobState, NewJob, add_job, set_state
from damnit_daemon.model import RunKey
from damnit_daemon.model.arrival import Arrival, ArrivalSource

NOW = 1_700_000_000.0


def run_key(run=1, proposal=1234):
    return RunKey(proposal, run)


def arrival(run=1, data="raw", *, key=None, source="watcher", at=NOW, backfilled=False):
    key = key or f"{data}/r{run:04}"
    return Arrival(ArrivalSource(source), key, run_key(run), data, at, backfilled)


def job(run=1, data="raw", **more):
    return NewJob(run_key(run), data, **more)


def queued(con, run=1, data="raw", **more):
    """Queue a job; give its number."""
    return add_job(con, job(run, data, **more), now=NOW).id


def running(con, run=1, data="raw", **more):
    """Queue a job and begin it; give its number."""
    job_id = queued(con, run, data, **more)
    assert set_state(con, job_id, JobState.RUNNING, now=NOW)
    return job_id


def over(con, run=1, state=JobState.DONE, **more):
    """Queue a job, begin and end it; give its number."""
    job_id = running(con, run, **more)
    assert set_state(con, job_id, state, now=NOW + 5)
    return job_id
