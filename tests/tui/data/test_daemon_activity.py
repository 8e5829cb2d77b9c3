"""The daemon's activity as words and marks, without a ledger."""

from datetime import UTC

import pytest

from damnit_daemon.model.growing_runs import GrowingRun
from damnit_daemon.text import format_span
from damnit_tui.data.daemon_activity import (
    GROWING,
    LOST_S,
    STOPPED,
    UNREADABLE,
    DaemonActivity,
    DaemonCondition,
    DaemonStatus,
    RunJob,
)

from ..conftest import NOW, key

DAEMON = DaemonStatus("max-exfl458", NOW - 3600, NOW)
RUNNING = RunJob("raw", NOW - 32, "max-exfl123", 0, frozenset("ab"), ("a",), 2, 14)


def work(**more):
    return DaemonActivity(is_known=True, **{"daemon": DAEMON, **more})


@pytest.mark.parametrize(
    ("known", "state"),
    [
        (DaemonActivity(), ("", DaemonCondition.ABSENT)),
        (DaemonActivity(is_known=True), ("○ no daemon", DaemonCondition.ABSENT)),
        (
            DaemonActivity(is_known=True, problem="it is locked"),
            ("? daemon unknown", DaemonCondition.UNCERTAIN),
        ),
        (work(), ("● daemon max-exfl458", DaemonCondition.WORKING)),
        (work(problem="it is locked"), ("● daemon max-exfl458", DaemonCondition.WORKING)),
        (
            work(daemon=DaemonStatus("h", NOW, NOW, is_ready=False)),
            ("◐ daemon starting on h", DaemonCondition.UNCERTAIN),
        ),
        (
            work(daemon=DaemonStatus("h", NOW, NOW - 90, is_dead=True)),
            ("✗ daemon lost since 11:58", DaemonCondition.BROKEN),
        ),
        (
            work(daemon=DaemonStatus("h\x1b[2J", NOW, NOW)),
            ("● daemon h␛[2J", DaemonCondition.WORKING),
        ),
    ],
)
def test_activity_names_the_state_of_the_daemon(known, state):
    assert known.state(NOW, zone=UTC) == state


def test_brief_activity_leaves_out_the_host():
    assert work().state(NOW, brief=True) == ("● daemon", DaemonCondition.WORKING)


def test_daemon_silent_for_too_long_is_lost():
    assert work().state(NOW + LOST_S - 1)[0].startswith("●")
    assert work().state(NOW + LOST_S + 1)[0].startswith("✗")


def test_daemon_lost_at_an_impossible_time_is_shown_with_a_question_mark():
    never = work(daemon=DaemonStatus("h", 0.0, -1e300))
    assert never.state(NOW)[0] == "✗ daemon lost since ?"


@pytest.mark.parametrize(
    ("running", "queued", "said"),
    [(0, 0, ""), (2, 0, "2 running"), (0, 5, "5 queued"), (2, 5, "2 running · 5 queued")],
)
def test_activity_counts_running_and_queued_jobs(running, queued, said):
    assert work(running=running, queued=queued).counts() == said


def test_activity_marks_running_and_queued_runs():
    known = work(runs={key(1): (RUNNING, RunJob("proc")), key(2): (RunJob("raw"),)})
    assert [known.mark(key(run)) for run in (1, 2, 3)] == ["⚙", "⋮", ""]
    assert known.is_computing(key(1), "a")
    assert not known.is_computing(key(1), "b")
    assert not known.is_computing(key(2), "a")
    assert (known.computing(key(1)), known.computing(key(2))) == (("a",), ())


@pytest.mark.parametrize(
    ("job", "name", "said"),
    [
        (RunJob("raw", ahead=4), "a", "queued behind 4 jobs"),
        (RunJob("raw", ahead=1), "a", "queued behind 1 job"),
        (RunJob("raw"), "a", "next in the queue"),
        (
            RunJob("raw", reason="The daemon was stopped"),
            "a",
            "next in the queue: The daemon was st",
        ),
        (RUNNING, "a", "computing (3 of 14), running for 32 s on max-exfl123"),
        (RUNNING, "b", "running for 32 s on max-exfl123, computing a (3 of 14)"),
        (RunJob("raw", NOW, "h"), "a", "running for 0 s on h, reading the context file"),
        (RunJob("raw", NOW, "h", done=2, total=3), "a", "running for 0 s on h, 2 of 3 done"),
    ],
)
def test_activity_explains_an_empty_cell_by_its_job(job, name, said):
    assert work(runs={key(1): (job,)}).sentence(key(1), name, NOW).startswith(said)


def test_variable_left_out_by_the_running_job_waits_for_the_next_job():
    known = work(runs={key(1): (RUNNING, RunJob("proc", ahead=3))})
    assert known.sentence(key(1), "other", NOW) == "queued behind 3 jobs"
    assert known.sentence(key(1), "start_time", NOW).startswith("running for 32 s")


def test_activity_of_a_queued_run_mentions_that_no_daemon_works():
    known = work(daemon=None, runs={key(1): (RunJob("raw", ahead=2),)})
    assert known.sentence(key(1), "a", NOW) == "queued behind 2 jobs; no daemon is running"
    lost = work(runs={key(1): (RUNNING,)}).sentence(key(1), "a", NOW + LOST_S + 1)
    assert lost.endswith("; no daemon is running")


def test_activity_of_a_failed_job_names_the_reason():
    known = work(failures={key(1): "memory 25 GB exceeded"})
    assert known.sentence(key(1), "a", NOW) == "✗ its job failed: memory 25 GB exceeded"
    assert known.sentence(key(2), "a", NOW) == ""


def test_activity_change_lists_only_runs_that_look_different():
    before = work(runs={key(1): (RUNNING,), key(2): (RunJob("raw", ahead=4),)})
    after = work(runs={key(1): (RunJob("raw"),), key(2): (RunJob("raw", ahead=3),)})
    assert after.changed_runs(before) == {key(1)}
    assert work().changed_runs(before) == {key(1), key(2)}


@pytest.mark.parametrize(
    ("seconds", "said"), [(-3, "0 s"), (32.9, "32 s"), (150, "2 min"), (9000, "2 h")]
)
def test_span_is_formatted_with_a_unit(seconds, said):
    assert format_span(seconds) == said


def test_runs_of_a_lost_daemon_are_marked_as_stopped():
    lost = DaemonStatus("max-exfl458", NOW - 3600, NOW - 90)
    left = work(daemon=lost, is_abandoned=True, runs={key(1): (RUNNING,)})
    assert left.mark(key(1)) == STOPPED
    assert not left.is_computing(key(1), "a")
    assert left.changed_runs(work(runs={key(1): (RUNNING,)})) == {key(1)}
    said = left.sentence(key(1), "a", NOW)
    assert said.startswith("was running on max-exfl123 when the daemon was lost")
    assert "was at a when" in left.sentence(key(1), "b", NOW)


def test_slurm_jobs_stay_running_without_a_daemon():
    going = RUNNING._replace(in_slurm=True)
    left = work(daemon=None, is_abandoned=True, runs={key(1): (going,)})
    assert left.mark(key(1)) == "⚙"
    assert left.is_computing(key(1), "a")
    assert left.sentence(key(1), "a", NOW).endswith("running for 32 s on max-exfl123")


def test_submitted_slurm_job_is_shown_as_waiting():
    pending = RunJob("raw", reason="Waits: no free node.", in_slurm=True, is_submitted=True)
    waiting = work(runs={key(1): (pending,)})
    assert waiting.mark(key(1)) == "⋮"
    assert waiting.sentence(key(1), "a", NOW) == "submitted to Slurm: Waits: no free node."


def grows(run, **more):
    found = {"files": 3, "size_bytes": 4_100_000_000, "since": NOW - 60, "changed_at": NOW - 5}
    return GrowingRun(*key(run), "raw", **found, settle_s=20.0, **more)


def test_growing_run_is_marked_and_explained():
    known = work(growing={key(1): (grows(1),), key(2): (grows(2, lacks="x.h5 is missing"),)})
    assert [known.mark(key(run)) for run in (1, 2, 3)] == [GROWING, GROWING, ""]
    assert known.sentence(key(1), "a", NOW) == (
        "its raw files are still arriving: 3 files, 4.10 GB, last change 5 s ago; "
        "it is processed after 20 s without changes"
    )
    assert "incomplete: x.h5 is missing" in known.sentence(key(2), "a", NOW)
    assert known.counts() == "2 growing"
    assert known.changed_runs(work()) == {key(1), key(2)}


def test_growing_runs_of_a_lost_daemon_are_not_shown():
    known = work(growing={key(1): (grows(1),)}, is_abandoned=True)
    assert (known.mark(key(1)), known.sentence(key(1), "a", NOW), known.counts()) == ("", "", "")


def test_run_with_unreadable_files_is_marked_and_explained():
    known = work(unreadable={key(1): "raw: 3 of 12 files unreadable (a\x1b.h5: empty)"})
    assert known.mark(key(1)) == UNREADABLE
    assert known.sentence(key(1), "a", NOW) == "raw: 3 of 12 files unreadable (a␛.h5: empty)"
    assert known.changed_runs(work()) == {key(1)}
