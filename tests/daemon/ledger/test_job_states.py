"""State transitions of jobs."""

import itertools

import pytest

from damnit_daemon.ledger import (
    Executor,
    JobOrigin,
    JobState,
    Outcome,
    Placement,
    RequestKind,
    VariableProgress,
    add_request,
    load_job,
    load_progress,
    next_queued,
    note_cancel,
    noted_cancel,
    place_job,
    recover,
    requeue,
    save_progress,
    set_state,
    take_requests,
)

from .builders import NOW, over, queued, running

ALLOWED = {
    JobState.QUEUED: {"submitted", "running", "failed", "cancelled"},
    JobState.SUBMITTED: {"running", "done", "failed", "cancelled"},
    JobState.RUNNING: {"done", "failed", "cancelled"},
}
WAYS = {
    JobState.QUEUED: (),
    JobState.SUBMITTED: ("submitted",),
    JobState.RUNNING: ("running",),
    JobState.DONE: ("running", "done"),
    JobState.FAILED: ("running", "failed"),
    JobState.CANCELLED: ("cancelled",),
}
NEXT_STATES = [state for state in JobState if state is not JobState.QUEUED]


@pytest.mark.parametrize(("before", "after"), itertools.product(JobState, NEXT_STATES))
def test_job_allows_only_valid_state_transitions(con, before, after):
    job_id = queued(con)
    for state in WAYS[before]:
        assert set_state(con, job_id, JobState(state), now=NOW)

    changed = set_state(con, job_id, after, now=NOW + 1, reason="why")

    assert changed == (after in ALLOWED.get(before, ()))
    job = load_job(con, job_id)
    assert job.state is (after if changed else before)
    assert job.reason == ("why" if changed else "")
    assert (job.ended_at is not None) == job.state.is_over


def test_job_state_queued_is_set_only_by_requeue(con):
    with pytest.raises(ValueError, match="requeue"):
        set_state(con, queued(con), JobState.QUEUED, now=NOW)


def test_job_records_times_and_placement(con):
    job_id = queued(con)

    set_state(con, job_id, JobState.SUBMITTED, now=NOW + 1, placement=Placement(Executor.SLURM))
    assert place_job(con, job_id, Placement(slurm_id="77"))
    set_state(con, job_id, JobState.RUNNING, now=NOW + 5, placement=Placement(host="max", pid=9))
    assert load_job(con, job_id).duration_s(NOW + 8) == 3.0
    set_state(con, job_id, JobState.DONE, now=NOW + 20)

    job = load_job(con, job_id)
    assert (job.created_at, job.started_at, job.ended_at) == (NOW, NOW + 5, NOW + 20)
    assert (job.executor, job.host, job.pid, job.slurm_id) == (Executor.SLURM, "max", 9, "77")
    assert (job.attempt, job.duration_s(NOW + 99)) == (1, 15.0)
    assert not place_job(con, job_id, Placement(slurm_id="78"))


def test_job_duration_is_never_negative(con):
    job_id = running(con)
    set_state(con, job_id, JobState.DONE, now=NOW - 3600)

    assert load_job(con, job_id).duration_s(NOW) == 0.0


def test_state_of_earlier_attempt_is_ignored(con):
    job_id = running(con)
    requeue(con, job_id, now=NOW, reason="the daemon ended")
    set_state(con, job_id, JobState.RUNNING, now=NOW)

    assert not set_state(con, job_id, JobState.DONE, now=NOW, attempt=1)
    assert requeue(con, job_id, now=NOW, reason="it was lost", attempt=1) is None
    assert set_state(con, job_id, JobState.DONE, now=NOW, attempt=2)


def test_requeued_job_has_no_placement_or_progress(con):
    job_id = running(con)
    place_job(con, job_id, Placement(Executor.LOCAL, "here", 4, "5"))
    save_progress(con, [VariableProgress(job_id, "a", Outcome.DONE, NOW, 1.0)])

    assert requeue(con, job_id, now=NOW, reason="the daemon ended") == job_id

    job = load_job(con, job_id)
    assert (job.state, job.reason, job.attempt) == (JobState.QUEUED, "the daemon ended", 1)
    assert (job.executor, job.host, job.pid, job.slurm_id) == (None, "", None, "")
    assert (job.started_at, job.variables_total, job.variables_done) == (None, 0, 0)
    assert load_progress(con, job_id) == []


@pytest.mark.parametrize("make", [queued, over])
def test_only_started_jobs_are_requeued(con, make):
    assert requeue(con, make(con), now=NOW, reason="") is None
    assert requeue(con, 99, now=NOW, reason="") is None


def test_requeued_job_is_merged_into_equal_queued_job(con):
    first = running(con, 1, origin=JobOrigin.REQUEST, priority=5)
    same = queued(con, 1)
    queued(con, 2, origin=JobOrigin.REQUEST, priority=3)

    assert requeue(con, first, now=NOW + 3, reason="the daemon ended") == same

    job = load_job(con, first)
    assert (job.state, job.merged_into, job.ended_at) == (JobState.CANCELLED, same, NOW + 3)
    assert job.reason == f"the daemon ended; duplicate of job {same}"
    # It takes over the rank, too.
    assert [j.id for j in next_queued(con)] == [same]


def test_recovery_requeues_jobs_and_requests_of_previous_daemon(con):
    over(con, 1)
    waiting = queued(con, 2)
    local = running(con, 3)
    submitted = queued(con, 4)
    set_state(con, submitted, JobState.SUBMITTED, now=NOW)
    slurm = running(con, 5)
    place_job(con, slurm, Placement(Executor.SLURM, slurm_id="77"))
    add_request(con, RequestKind.COMBINE, {}, user="", host="", now=NOW)
    (request,) = take_requests(con, now=NOW)

    recovered = recover(con, now=NOW)

    assert recovered.requeued == (local, submitted)
    assert [j.id for j in recovered.elsewhere] == [slurm]
    assert recovered.requests == 1
    assert {j.id for j in next_queued(con, limit=9)} == {waiting, local, submitted}
    assert load_job(con, slurm).state is JobState.RUNNING
    assert [r.id for r in take_requests(con, now=NOW)] == [request.id]


def test_recovery_of_empty_ledger_does_nothing(con):
    recovered = recover(con, now=NOW)

    assert (recovered.requeued, recovered.elsewhere, recovered.requests) == ((), (), 0)


def test_job_with_recorded_cancel_is_not_requeued(con):
    job_id = running(con)
    note_cancel(con, job_id, "cancelled by bob@host")
    assert requeue(con, job_id, now=NOW, reason="its node failed") is None
    job = load_job(con, job_id)
    assert (job.state, job.reason) == (JobState.CANCELLED, "cancelled by bob@host")
    assert noted_cancel(con, job_id) is None


def test_recorded_cancels_are_carried_out_by_next_daemon(con):
    local, slurm, other = running(con, 1), running(con, 2), running(con, 3)
    for number in (slurm, other):
        place_job(con, number, Placement(Executor.SLURM))
    for number in (local, slurm):
        note_cancel(con, number, "no longer wanted")

    recovered = recover(con, now=NOW)

    assert load_job(con, local).state is JobState.CANCELLED
    assert recovered.requeued == ()
    assert recovered.cancels == ((slurm, "no longer wanted"),)
    set_state(con, slurm, JobState.CANCELLED, now=NOW)
    assert noted_cancel(con, slurm) is None
