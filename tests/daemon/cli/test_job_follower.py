"""What is told of jobs, from a real ledger."""

from __future__ import annotations

import pytest

from damnit_daemon.cli.job_follower import JobFollower, summary_line
from damnit_daemon.ledger import (
    JobState,
    Ledger,
    NewJob,
    Outcome,
    VariableProgress,
    add_job,
    expect_variables,
    requeue,
    save_progress,
    set_state,
)
from damnit_daemon.model import RunKey


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger(tmp_path / "daemon.sqlite")
    ledger.create()
    return ledger


def add(ledger, run=1):
    with ledger.writing() as con:
        return add_job(con, NewJob(RunKey(1, run)), now=10.0).id


def put(ledger, job_id, state, reason="", now=20.0):
    with ledger.writing() as con:
        set_state(con, job_id, state, now=now, reason=reason)


def test_each_thing_is_told_once(ledger):
    job_id = add(ledger)
    follower = JobFollower(ledger, [job_id])
    assert follower.poll() == []
    put(ledger, job_id, JobState.RUNNING)
    with ledger.writing() as con:
        expect_variables(con, job_id, ["a", "b"])
        save_progress(con, [VariableProgress(job_id, "a", Outcome.RUNNING, 20.0)])
    assert follower.poll() == []
    assert [variable.name for variable in follower.running] == ["a"]
    with ledger.writing() as con:
        news = [
            VariableProgress(job_id, "a", Outcome.FAILED, None, 1.0, "KeyError: 'x'\nand more"),
            VariableProgress(job_id, "b", Outcome.SKIPPED, None, 0.0, "no camera"),
        ]
        save_progress(con, news)
    assert sorted(follower.poll()) == ["p1, r1: » b: no camera", "p1, r1: ✗ a: KeyError: 'x'"]
    assert follower.poll() == []
    assert not follower.is_over
    put(ledger, job_id, JobState.DONE, now=22.5)
    assert follower.poll() == ["p1, r1: done, 2 of 2 variables, 1 failed (2.50 s)"]
    assert follower.is_over
    assert follower.poll() == []


def test_why_it_waits_again(ledger):
    job_id = add(ledger)
    put(ledger, job_id, JobState.RUNNING)
    with ledger.writing() as con:
        requeue(con, job_id, now=21.0, reason="The daemon was stopped")
    follower = JobFollower(ledger, [job_id])
    assert follower.poll() == ["p1, r1 waits: The daemon was stopped"]
    assert follower.poll() == []


def test_a_merged_job_is_followed_in_the_one_that_does_its_work(ledger):
    first = add(ledger)
    put(ledger, first, JobState.RUNNING)
    second = add(ledger)
    with ledger.writing() as con:
        assert requeue(con, first, now=21.0, reason="ended") == second
    follower = JobFollower(ledger, [first, second])
    follower.poll()
    assert not follower.is_over
    put(ledger, second, JobState.RUNNING)
    put(ledger, second, JobState.FAILED, "no files")
    assert follower.poll() == ["p1, r1: failed (0.00 s): no files"]
    assert [job.id for job in follower.distinct] == [second]
    assert summary_line(follower.distinct, 1.0) == "1 job, 1 failed: 0 variables, 0 failed (1.00 s)"


def test_jobs_that_are_unknown_hold_nothing_up(ledger):
    follower = JobFollower(ledger, [99])
    assert follower.poll() == []
    assert follower.is_over
