import pytest

from damnit_daemon.ledger import Outcome, VariableProgress, load_timings, save_progress

from .builders import running


def took(con, name, *durations_s, outcome=Outcome.DONE, first_run=1):
    for run, duration_s in enumerate(durations_s, first_run):
        news = VariableProgress(running(con, run), name, outcome, duration_s=duration_s)
        save_progress(con, [news])


def test_the_dearest_comes_first(con):
    took(con, "quick", *[0.1] * 10)
    took(con, "slow", *range(1, 101))

    slow, quick = load_timings(con)

    assert (slow.name, slow.count, slow.median_s, slow.p95_s) == ("slow", 100, 50.5, 95)
    assert slow.total_s == 5050
    assert (quick.name, quick.count, quick.median_s, quick.p95_s) == ("quick", 10, 0.1, 0.1)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.DONE])
def test_only_results_count(con, outcome):
    took(con, "a", 5.0, outcome=outcome)

    assert load_timings(con) == []


def test_what_a_clock_or_nobody_measured_does_not_count(con):
    took(con, "a", None, -3.0)

    assert load_timings(con) == []


def test_only_jobs_of_late_count(con):
    took(con, "a", 100.0)
    took(con, "a", 1.0, 1.0, first_run=2)

    (timing,) = load_timings(con, jobs=2)

    assert (timing.count, timing.total_s) == (2, 2.0)


def test_there_was_no_job(con):
    assert load_timings(con) == []
