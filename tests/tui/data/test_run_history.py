"""Reasons for empty cells, from a real ledger."""

from datetime import UTC

import pytest

from damnit_daemon.ledger import ArrivalState, JobState, Ledger, load_arrivals, mark_arrival
from damnit_tui.data.run_history import describe_history, load_history, why_absent

from ..conftest import NOW, key
from ..daemon_at_work import HOST, arrive, begin, end, ledger_of, queue, take_lease


@pytest.fixture
def history(empty_folder):
    """What is known of run 1."""

    def load():
        with Ledger(empty_folder.ledger).reading() as con:
            return load_history(con, key(1))

    return load


def test_history_of_a_run_without_arrival(empty_folder, history):
    with ledger_of(empty_folder) as con:
        take_lease(con)
    assert why_absent(history(), "a") == "no event was received for this run"
    assert describe_history(history(), NOW) == []


def test_history_of_an_ignored_arrival_names_the_reason(empty_folder, history):
    with ledger_of(empty_folder) as con:
        arrive(con, 1)
        (found,) = load_arrivals(con, key(1))
        mark_arrival(con, found.id, ArrivalState.IGNORED, reason="older than the daemon")
    assert why_absent(history(), "a").endswith("was ignored: older than the daemon")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (JobState.FAILED, "its job failed: memory 25 GB exceeded"),
        (JobState.CANCELLED, "its job was cancelled: memory 25 GB exceeded"),
    ],
)
def test_history_of_a_failed_or_cancelled_job_names_the_reason(empty_folder, history, state, said):
    with ledger_of(empty_folder) as con:
        end(con, begin(con, queue(con, 1), "a"), state, "memory 25 GB exceeded")
    assert why_absent(history(), "a") == said


def test_history_of_a_variable_gone_from_the_context_file(empty_folder, history):
    with ledger_of(empty_folder) as con:
        end(con, begin(con, queue(con, 1), "a", done=["a"]))
    assert why_absent(history(), "old") == "no longer in the context file"
    assert "nothing was stored" in why_absent(history(), "a")


def test_history_of_a_variable_added_after_the_run_was_processed(empty_folder, history):
    with ledger_of(empty_folder) as con:
        end(con, begin(con, queue(con, 1), "a"))
        end(con, begin(con, queue(con, 2), "a", "new"))
    assert "after this run was processed" in why_absent(history(), "new")


def test_history_of_a_variable_that_needs_corrected_data(empty_folder, history):
    with ledger_of(empty_folder) as con:
        arrive(con, 1)
        end(con, begin(con, queue(con, 1), "a"))
        end(con, begin(con, queue(con, 2, "proc"), "agipd"))
    assert "needs corrected data (proc)" in why_absent(history(), "agipd")


def test_history_of_a_job_for_one_variable_explains_no_other(empty_folder, history):
    with ledger_of(empty_folder) as con:
        end(con, begin(con, queue(con, 1, variables=("a",)), "a"))
    assert why_absent(history(), "b") == ""


def test_history_lists_arrivals_and_jobs(empty_folder, history):
    with ledger_of(empty_folder) as con:
        arrive(con, 1)
        job = begin(con, queue(con, 1), "a", "b", done=["a"], now=NOW - 3)
        end(con, job, JobState.FAILED, "killed\x1b[2J")
    assert describe_history(history(), NOW, UTC) == [
        ("Arrived", "raw, 2026-03-14 12:00:00 (watcher)"),
        ("Jobs", f"1 (raw) failed in 3 s on {HOST} · 1 of 2 variables · killed␛[2J"),
    ]
