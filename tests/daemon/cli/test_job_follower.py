"""Progress messages of followed jobs, from a real ledger."""

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


def test_job_follower_reports_each_change_once(ledger):
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
    assert follower.poll() == ["p1, r1: done, 2 of 2 variables, 1 failed (2.5 s)"]
    assert follower.is_over
    assert follower.poll() == []


def test_job_follower_reports_reason_of_requeued_job(ledger):
    job_id = add(ledger)
    put(ledger, job_id, JobState.RUNNING)
    with ledger.writing() as con:
        requeue(con, job_id, now=21.0, reason="The daemon was stopped")
    follower = JobFollower(ledger, [job_id])
    assert follower.poll() == ["p1, r1 waits: The daemon was stopped"]
    assert follower.poll() == []


def test_job_follower_follows_merged_job_to_its_target(ledger):
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
    assert follower.poll() == ["p1, r1: failed (0 s): no files"]
    assert [job.id for job in follower.distinct] == [second]
    assert summary_line(follower.distinct, 1.0) == "1 job, 1 failed: 0 variables, 0 failed (1 s)"


def test_job_follower_treats_unknown_job_as_over(ledger):
    follower = JobFollower(ledger, [99])
    assert follower.poll() == []
    assert follower.is_over
