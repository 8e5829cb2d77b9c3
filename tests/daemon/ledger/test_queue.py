"""The queue of jobs: order, merging and retries."""

import uuid

import pytest

from damnit_daemon.ledger import (
    ArrivalState,
    Executor,
    JobOrigin,
    JobState,
    add_job,
    add_job_for_arrival,
    count_jobs,
    load_arrival,
    load_job,
    load_jobs,
    next_queued,
    pending_arrivals,
    prioritise_job,
    record_arrival,
    retry_job,
    set_state,
)

from .builders import NOW, arrival, job, over, queued, run_key, running

ASKED = {"origin": JobOrigin.REQUEST}


def runs(jobs):
    return [(j.run_key.run, j.data) for j in jobs]


def test_added_job_is_queued(con):
    added = add_job(con, job(7, "proc", cluster=False, user="me", priority=3), now=NOW)

    found = load_job(con, added.id)
    assert added.is_new
    assert (found.run_key, found.data, found.cluster) == (run_key(7), "proc", False)
    assert (found.state, found.attempt, found.reason) == (JobState.QUEUED, 0, "")
    assert (found.variables, found.match, found.priority, found.user) == (None, (), 3, "me")
    assert uuid.UUID(found.processing_id).version == 4
    assert found.duration_s(NOW) is None


def test_queued_job_keeps_variables_and_executor(con):
    job_id = queued(con, variables=("b", "a"), match=("Title",), executor=Executor.SLURM)

    found = load_job(con, job_id)
    assert (found.variables, found.match) == (("b", "a"), ("Title",))
    assert (found.wanted_executor, found.executor) == (Executor.SLURM, None)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({}, {}),
        ({"variables": ("a", "b")}, {"variables": ("b", "a", "b")}),
        ({"origin": JobOrigin.ARRIVAL}, {"origin": JobOrigin.REQUEST, "priority": 5}),
        ({"user": "me"}, {"user": "you"}),
    ],
)
def test_equal_job_is_not_queued_twice(con, one, two):
    first = add_job(con, job(**one), now=NOW)
    second = add_job(con, job(**two), now=NOW)

    assert (second.id, second.is_new) == (first.id, False)
    assert len(load_jobs(con)) == 1


@pytest.mark.parametrize(
    "two",
    [
        {"run": 2},
        {"data": "proc"},
        {"parameters": (("a", 1),)},
        {"variables": ("a",)},
        {"variables": ()},
        {"match": ("a",)},
        {"cluster": True},
        {"executor": Executor.LOCAL},
    ],
)
def test_different_job_is_queued_separately(con, two):
    queued(con)

    assert add_job(con, job(**two), now=NOW).is_new


def test_equal_job_is_queued_again_once_first_started(con):
    running(con)

    assert add_job(con, job(), now=NOW).is_new


def test_queue_takes_newest_arrival_first_and_raw_before_proc(con):
    for run, data, at in [(1, "raw", 10), (2, "raw", 20), (3, "raw", 30), (2, "proc", 40)]:
        queued(con, run, data, arrived_at=at)

    assert runs(next_queued(con, limit=9)) == [(2, "raw"), (2, "proc"), (3, "raw"), (1, "raw")]


def test_queue_takes_raw_before_proc_in_any_order_of_arrival(con):
    queued(con, 2, "proc", arrived_at=40)
    queued(con, 3, "raw", arrived_at=30)
    queued(con, 2, "raw", arrived_at=20)

    assert runs(next_queued(con, limit=9)) == [(2, "raw"), (2, "proc"), (3, "raw")]


def test_queue_takes_highest_run_of_simultaneous_arrivals_first(con):
    for run in (1, 3, 2):
        queued(con, run, arrived_at=NOW)

    assert runs(next_queued(con, limit=9)) == [(3, "raw"), (2, "raw"), (1, "raw")]


def test_queue_takes_requests_before_arrivals_by_priority_then_age(con):
    queued(con, 1)
    queued(con, 4, **ASKED)
    queued(con, 3, **ASKED)
    queued(con, 2, **ASKED, priority=1)
    queued(con, 5, **ASKED, priority=-1)

    assert [run for run, _ in runs(next_queued(con, limit=9))] == [2, 4, 3, 5, 1]
    assert [run for run, _ in runs(next_queued(con, limit=2))] == [2, 4]


def test_request_for_queued_arrival_raises_its_rank(con):
    queued(con, 1, arrived_at=1)
    queued(con, 2, arrived_at=2)

    queued(con, 1, **ASKED)

    assert runs(next_queued(con)) == [(1, "raw")]


def test_arrival_does_not_lower_rank_of_equal_request(con):
    queued(con, 1, **ASKED, priority=7)
    queued(con, 2, **ASKED, priority=5)

    queued(con, 1)

    assert runs(next_queued(con)) == [(1, "raw")]


def test_queued_job_can_be_prioritised(con):
    first = queued(con, 1, arrived_at=1)
    queued(con, 2, **ASKED)

    assert prioritise_job(con, first, 1)
    assert runs(next_queued(con)) == [(1, "raw")]
    assert not prioritise_job(con, running(con, 3), 1)


def test_running_job_is_not_in_queue(con):
    running(con)

    assert next_queued(con, limit=9) == []


def test_arrival_becomes_one_job(con):
    record_arrival(con, arrival(5), now=NOW)
    (recorded,) = pending_arrivals(con)

    added = add_job_for_arrival(con, recorded.id, job(5), now=NOW)
    assert add_job_for_arrival(con, recorded.id, job(5), now=NOW) is None

    assert len(load_jobs(con)) == 1
    decided = load_arrival(con, recorded.id)
    assert (decided.state, decided.job_id) == (ArrivalState.ACCEPTED, added.id)
    assert add_job_for_arrival(con, 99, job(5), now=NOW) is None


def test_two_arrivals_of_equal_data_become_one_job(con):
    for key in ("a", "b"):
        record_arrival(con, arrival(5, key=key), now=NOW)

    added = [add_job_for_arrival(con, r.id, job(5), now=NOW) for r in pending_arrivals(con)]

    assert added[0].id == added[1].id
    assert pending_arrivals(con) == []


def test_retry_of_failed_job_is_a_new_job(con):
    wanted = {"variables": ("a",), "cluster": True, "executor": Executor.LOCAL, "data": "proc"}
    old = over(con, 7, JobState.FAILED, **wanted)

    added = retry_job(con, old, now=NOW, user="me")

    again = load_job(con, added.id)
    assert added.is_new
    assert (again.origin, again.user, again.state) == (JobOrigin.RETRY, "me", JobState.QUEUED)
    assert (again.run_key, again.data, again.variables) == (run_key(7), "proc", ("a",))
    assert (again.cluster, again.wanted_executor) == (True, Executor.LOCAL)
    assert load_job(con, old).state is JobState.FAILED


def test_unfinished_job_is_not_retried(con):
    assert retry_job(con, running(con), now=NOW) is None
    assert retry_job(con, queued(con), now=NOW) is None
    assert retry_job(con, 99, now=NOW) is None


def test_jobs_are_loaded_newest_first(con):
    ids = [over(con, 1), running(con, 2), queued(con, 3), queued(con, 1)]

    assert [j.id for j in load_jobs(con)] == ids[::-1]
    assert [j.id for j in load_jobs(con, limit=2)] == [ids[3], ids[2]]
    assert [j.id for j in load_jobs(con, states=[JobState.QUEUED])] == [ids[3], ids[2]]
    assert [j.id for j in load_jobs(con, key=run_key(1))] == [ids[3], ids[0]]
    assert [j.id for j in load_jobs(con, key=run_key(1), states=[JobState.DONE])] == [ids[0]]
    assert load_jobs(con, states=[]) == []


def test_jobs_are_counted(con):
    over(con, 1)
    running(con, 2)
    set_state(con, queued(con, 3), JobState.CANCELLED, now=NOW)
    queued(con, 4)
    queued(con, 5)

    assert count_jobs(con) == {
        JobState.QUEUED: 2,
        JobState.SUBMITTED: 0,
        JobState.RUNNING: 1,
        JobState.DONE: 1,
        JobState.FAILED: 0,
        JobState.CANCELLED: 1,
    }
