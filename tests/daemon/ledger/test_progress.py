"""Progress of jobs in the ledger."""

import pytest

from damnit_daemon.ledger import (
    JobState,
    Outcome,
    VariableProgress,
    expect_variables,
    load_job,
    load_progress,
    load_running,
    save_advance,
    save_progress,
    set_state,
)
from damnit_daemon.model.advance import Advance

from .builders import NOW, over, queued, running


def counts(con, job_id):
    job = load_job(con, job_id)
    return job.variables_total, job.variables_done, job.variables_failed


def test_advance_of_a_function_is_dropped_with_its_outcome(con):
    job_id = running(con)
    half = Advance(1, 2, "trains", NOW + 9)
    for name in "ab":
        save_progress(con, [VariableProgress(job_id, name, Outcome.RUNNING, NOW)])
        save_advance(con, job_id, name, half)

    save_progress(con, [VariableProgress(job_id, "a", Outcome.FAILED, NOW, 1.0, "broke")])
    for name in ("a", "absent"):
        save_advance(con, job_id, name, half)

    assert [(each.name, each.message, each.advance) for each in load_progress(con, job_id)] == [
        ("a", "broke", None),
        ("b", "", half),
    ]
    assert [each.name for each in load_running(con, load_job(con, job_id))] == ["b"]
    set_state(con, job_id, JobState.CANCELLED, now=NOW)
    assert load_running(con, load_job(con, job_id)) == []


def test_expected_variables_are_waiting(con):
    job_id = running(con)

    expect_variables(con, job_id, ["b", "a"])

    assert load_progress(con, job_id) == [
        VariableProgress(job_id, "a", Outcome.WAITING),
        VariableProgress(job_id, "b", Outcome.WAITING),
    ]
    assert counts(con, job_id) == (2, 0, 0)


def test_progress_records_start_and_outcome_of_variables(con):
    job_id = running(con)
    expect_variables(con, job_id, ["a", "b", "c"])

    saved = save_progress(
        con,
        [
            VariableProgress(job_id, "b", Outcome.RUNNING, NOW),
            VariableProgress(job_id, "b", Outcome.DONE, duration_s=0.5),
            VariableProgress(job_id, "a", Outcome.RUNNING, NOW + 1),
            VariableProgress(job_id, "a", Outcome.FAILED, duration_s=0.1, message="broke"),
            VariableProgress(job_id, "late", Outcome.RUNNING, NOW + 2),
        ],
    )

    assert saved == 5
    assert load_progress(con, job_id) == [
        VariableProgress(job_id, "b", Outcome.DONE, NOW, 0.5),
        VariableProgress(job_id, "a", Outcome.FAILED, NOW + 1, 0.1, "broke"),
        VariableProgress(job_id, "late", Outcome.RUNNING, NOW + 2),
        VariableProgress(job_id, "c", Outcome.WAITING),
    ]
    assert counts(con, job_id) == (4, 2, 1)


def test_expected_variables_keep_finished_outcomes(con):
    job_id = running(con)
    expect_variables(con, job_id, ["a", "b"])
    save_progress(con, [VariableProgress(job_id, "a", Outcome.DONE, NOW, 1.0)])

    expect_variables(con, job_id, ["a", "b"])

    assert counts(con, job_id) == (2, 1, 0)


@pytest.mark.parametrize("make", [queued, over])
def test_progress_of_job_that_is_not_running_is_ignored(con, make):
    job_id = make(con)
    news = [VariableProgress(job_id, "a", Outcome.DONE), VariableProgress(99, "a", Outcome.DONE)]

    assert save_progress(con, news) == 0
    expect_variables(con, job_id, ["a"])

    assert load_progress(con, job_id) == load_progress(con, 99) == []
    assert counts(con, job_id) == (0, 0, 0)


def test_progress_of_several_jobs_is_saved_at_once(con):
    first, second = running(con, 1), running(con, 2)

    save_progress(
        con,
        [
            VariableProgress(first, "a", Outcome.DONE),
            VariableProgress(second, "a", Outcome.SKIPPED),
            VariableProgress(second, "b", Outcome.EMPTY),
        ],
    )

    assert counts(con, first) == (1, 1, 0)
    assert counts(con, second) == (2, 2, 0)


def test_progress_is_kept_after_the_job(con):
    job_id = running(con)
    save_progress(con, [VariableProgress(job_id, "a", Outcome.DONE)])

    set_state(con, job_id, JobState.DONE, now=NOW)

    assert len(load_progress(con, job_id)) == 1


def test_job_without_variables_has_zero_counts(con):
    job_id = running(con)

    expect_variables(con, job_id, [])

    assert counts(con, job_id) == (0, 0, 0)
