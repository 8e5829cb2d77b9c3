"""Pruning of old rows of the ledger."""

from damnit_daemon.ledger import (
    JobState,
    Outcome,
    RequestKind,
    RequestState,
    VariableProgress,
    add_request,
    answer_request,
    load_job,
    load_jobs,
    load_progress,
    load_requests,
    prune,
    save_progress,
    set_state,
)

from .builders import NOW, queued, running


def with_progress(con, run, *, end=True):
    job_id = running(con, run)
    save_progress(con, [VariableProgress(job_id, name, Outcome.DONE) for name in "ab"])
    if end:
        set_state(con, job_id, JobState.DONE, now=NOW)
    return job_id


def test_prune_keeps_newest_jobs(con):
    ids = [with_progress(con, run) for run in range(10)]

    assert prune(con, keep_jobs=4).jobs == 6

    assert [j.id for j in load_jobs(con)] == ids[:5:-1]
    assert load_progress(con, ids[5]) == []
    assert len(load_progress(con, ids[6])) == 2
    assert prune(con, keep_jobs=4).jobs == 0


def test_prune_keeps_unfinished_jobs(con):
    old = [queued(con, 1), with_progress(con, 2, end=False)]
    for run in range(3, 9):
        with_progress(con, run)

    prune(con, keep_jobs=0, keep_progress=0)

    assert [j.id for j in load_jobs(con)] == old[::-1]
    assert len(load_progress(con, old[1])) == 2


def test_prune_removes_progress_of_older_jobs(con):
    ids = [with_progress(con, run) for run in range(6)]

    pruned = prune(con, keep_progress=2)

    assert (pruned.jobs, pruned.progress) == (0, 8)
    assert [len(load_progress(con, i)) for i in ids] == [0, 0, 0, 0, 2, 2]
    assert load_job(con, ids[0]).variables_done == 2


def test_prune_removes_a_limited_number_per_call(con):
    for run in range(9):
        with_progress(con, run)

    assert prune(con, keep_jobs=2, at_once=3).jobs == 3
    assert prune(con, keep_jobs=2, at_once=3).jobs == 3
    assert prune(con, keep_jobs=2, at_once=3).jobs == 1


def test_job_number_is_never_reused(con):
    last = with_progress(con, 1)
    prune(con, keep_jobs=0)
    con.execute("DELETE FROM jobs")

    assert queued(con, 2) > last


def test_prune_removes_answered_requests(con):
    numbers = [
        add_request(con, RequestKind.COMBINE, {}, user="", host="", now=NOW) for _ in range(5)
    ]
    for number in numbers[1:]:
        answer_request(con, number, RequestState.DONE, {}, now=NOW)

    assert prune(con, keep_requests=2).requests == 2

    assert [r.id for r in load_requests(con)] == [numbers[4], numbers[3], numbers[0]]


def test_prune_of_empty_ledger_removes_nothing(con):
    pruned = prune(con, keep_jobs=0)

    assert (pruned.jobs, pruned.progress, pruned.requests) == (0, 0, 0)
