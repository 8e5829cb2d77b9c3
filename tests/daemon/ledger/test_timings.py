"""Timings of variables from finished jobs."""

import pytest

from damnit_daemon.ledger import Outcome, VariableProgress, load_timings, save_progress

from .builders import running


def took(con, name, *durations_s, outcome=Outcome.DONE, first_run=1):
    for run, duration_s in enumerate(durations_s, first_run):
        news = VariableProgress(running(con, run), name, outcome, duration_s=duration_s)
        save_progress(con, [news])


def test_slowest_variable_is_first(con):
    took(con, "quick", *[0.1] * 10)
    took(con, "slow", *range(1, 101))

    slow, quick = load_timings(con)

    assert (slow.name, slow.count, slow.median_s, slow.p95_s) == ("slow", 100, 50.5, 95)
    assert slow.total_s == 5050
    assert (quick.name, quick.count, quick.median_s, quick.p95_s) == ("quick", 10, 0.1, 0.1)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.DONE])
def test_timings_count_only_results(con, outcome):
    took(con, "a", 5.0, outcome=outcome)

    assert load_timings(con) == []


def test_timings_ignore_missing_and_negative_durations(con):
    took(con, "a", None, -3.0)

    assert load_timings(con) == []


def test_timings_count_only_recent_jobs(con):
    took(con, "a", 100.0)
    took(con, "a", 1.0, 1.0, first_run=2)

    (timing,) = load_timings(con, jobs=2)

    assert (timing.count, timing.total_s) == (2, 2.0)


def test_timings_without_jobs_are_empty(con):
    assert load_timings(con) == []
