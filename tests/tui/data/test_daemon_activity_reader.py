"""The reader of the daemon's activity, on a real ledger."""

import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.ledger import (
    Executor,
    JobState,
    Ledger,
    Placement,
    TakenFiles,
    explain_wait,
    release,
    renew,
    save_files,
    set_state,
    this_process,
)
from damnit_daemon.model.growing_runs import GrowingRun, growing_to_json
from damnit_tui.data.daemon_activity import DaemonStatus
from damnit_tui.data.daemon_activity_reader import LOOK_ANYWAY_S, MOST_QUEUED, DaemonActivityReader

from ..conftest import NOW, key
from ..daemon_at_work import HALF, HOST, begin, end, ledger_of, queue, take_lease


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def reader(empty_folder, clock):
    return DaemonActivityReader(
        Ledger(empty_folder.ledger, timeout_s=0.05), clock=clock, monotonic=clock
    )


def test_missing_ledger_reads_as_no_daemon(reader):
    work = reader.read()
    assert work.is_known
    assert work.daemon is None
    assert not work.problem


def test_ledger_of_a_working_daemon_is_read(reader, empty_folder):
    with ledger_of(empty_folder) as con:
        take_lease(con)
        begin(
            con, queue(con, 5), "a", "b", "c", computing="b", done=["a"], now=NOW - 3, advance=HALF
        )
        queue(con, 5, "proc")
        queue(con, 4)
        end(con, begin(con, queue(con, 3), "a"), JobState.FAILED, "no room")
        end(con, begin(con, queue(con, 2), "a"))
    work = reader.read()
    assert work.daemon == DaemonStatus(HOST, NOW, NOW)
    assert (work.running, work.queued) == (1, 2)
    running, waiting = work.runs[key(5)]
    assert (running.began_at, running.host, running.computing) == (NOW - 3, HOST, ("b",))
    assert running.advances == {"b": HALF}
    assert (running.done, running.total, running.names) == (1, 3, frozenset("bc"))
    assert [waiting.ahead, work.runs[key(4)][0].ahead] == [1, 2]
    assert work.failures == {key(3): "no room"}


def test_run_with_a_later_successful_job_counts_as_not_failed(reader, empty_folder):
    with ledger_of(empty_folder) as con:
        end(con, begin(con, queue(con, 3), "a"), JobState.FAILED, "no room")
        end(con, begin(con, queue(con, 3), "a"))
    assert reader.read().failures == {}


def test_daemon_without_a_beat_is_starting(reader, empty_folder):
    with ledger_of(empty_folder) as con:
        take_lease(con, beats=0)
    assert not reader.read().daemon.is_ready


def test_daemon_with_a_wrong_clock_is_heard_by_its_beats(reader, empty_folder, clock):
    with ledger_of(empty_folder) as con:
        token = take_lease(con, now=NOW - 5000)
    assert reader.read().daemon.is_lost(NOW)
    clock.now += LOOK_ANYWAY_S + 1
    with ledger_of(empty_folder) as con:
        renew(con, token, now=NOW - 4998)
    assert reader.read().daemon.heard_at == clock.now
    before = clock.now
    clock.now += LOOK_ANYWAY_S + 1
    assert reader.read().daemon.heard_at == before


def test_killed_local_daemon_is_noticed_with_an_unchanged_ledger(empty_folder, clock):
    alive = [True]
    with ledger_of(empty_folder) as con:
        take_lease(con, process=this_process())
    reader = DaemonActivityReader(
        Ledger(empty_folder.ledger), clock=clock, monotonic=clock, alive=lambda _: alive[0]
    )
    assert not reader.read().daemon.is_dead
    alive[0] = False
    assert reader.read().daemon.is_dead


def test_stopped_daemon_is_read_as_no_daemon(reader, empty_folder, clock):
    with ledger_of(empty_folder) as con:
        token = take_lease(con)
    assert reader.read().daemon
    with ledger_of(empty_folder) as con:
        release(con, token)
    clock.now += LOOK_ANYWAY_S + 1
    assert reader.read().daemon is None


def test_unchanged_ledger_is_not_read_again(reader, empty_folder, clock, monkeypatch):
    import os

    with ledger_of(empty_folder) as con:
        take_lease(con)
    os.utime(empty_folder.ledger, (NOW, NOW))
    first = reader.read()
    monkeypatch.setattr(Ledger, "reading", lambda _: pytest.fail("it was opened"))
    assert reader.read() is first


def test_locked_ledger_keeps_the_previous_activity(reader, empty_folder, clock):
    with ledger_of(empty_folder) as con:
        take_lease(con)
        queue(con, 4)
    reader.read()
    clock.now += LOOK_ANYWAY_S + 1
    with closing(sqlite3.connect(empty_folder.ledger)) as con:
        con.execute("BEGIN EXCLUSIVE")
        work = reader.read()
    assert work.problem
    assert (work.daemon.host, work.queued) == (HOST, 1)


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100])
def test_invalid_ledger_file_reads_as_unknown_daemon(reader, empty_folder, content):
    empty_folder.ledger.write_bytes(content)
    assert reader.read().state(NOW)[0] == "? daemon unknown"


def test_ledger_of_a_newer_format_is_reported(reader, empty_folder):
    with ledger_of(empty_folder) as con:
        con.execute("UPDATE meta SET value = 99 WHERE key = 'format'")
    assert "newer" in reader.read().problem


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE jobs",
        "DROP TABLE lease",
        "UPDATE jobs SET state = 'running', variables = 3, created_at = 'yesterday'",
        "UPDATE jobs SET state = 'exploded', executor = 'a donkey'",
        "UPDATE lease SET beat_at = 'never'",
    ],
)
def test_ledger_with_invalid_rows_does_not_crash_the_reader(reader, empty_folder, damage):
    with ledger_of(empty_folder) as con:
        take_lease(con)
        queue(con, 4)
        con.execute(damage)
    work = reader.read()
    work.state(NOW)
    work.sentence(key(4), "a", NOW)


def test_long_queue_is_counted_in_full_and_listed_in_part(reader, empty_folder):
    with ledger_of(empty_folder) as con:
        for run in range(1, MOST_QUEUED + 21):
            queue(con, run)
    work = reader.read()
    assert work.queued == MOST_QUEUED + 20
    assert len(work.runs) == MOST_QUEUED


def test_marks_of_a_lost_daemon_change_with_an_unchanged_ledger(reader, empty_folder, clock):
    with ledger_of(empty_folder) as con:
        take_lease(con)
        begin(con, queue(con, 5), "a", computing="a")
    assert reader.read().mark(key(5)) == "⚙"
    clock.now += 90
    assert reader.read().mark(key(5)) == "⚠"


def test_slurm_job_is_read_with_its_waiting_reason(reader, empty_folder):
    with ledger_of(empty_folder) as con:
        take_lease(con)
        job = queue(con, 5)
        place = Placement(Executor.SLURM, slurm_id="77_1")
        set_state(con, job, JobState.SUBMITTED, now=NOW, placement=place)
        explain_wait(con, job, "Waits: no node is free (Resources).")
    (found,) = reader.read().runs[key(5)]
    assert found.is_submitted
    assert "no node is free" in found.sentence("a", NOW)


def test_growing_and_unreadable_runs_are_read(reader, empty_folder):
    growing = GrowingRun(*key(7), "raw", 2, 1000, NOW - 9, NOW - 1, 20.0)
    strange = [{"run": "x"}, 5, {**growing_to_json([growing])[0], "files": float("inf")}]
    with ledger_of(empty_folder) as con:
        token = take_lease(con)
        renew(con, token, now=NOW, info={"growing": [*strange, *growing_to_json([growing])]})
        save_files(con, key(3), "raw", TakenFiles(2, 9, 9, 9, "1 of 2 files unreadable"), now=NOW)
        save_files(con, key(4), "raw", TakenFiles(2, 9, 9, 9), now=NOW)
    work = reader.read()
    assert work.growing == {key(7): (growing,)}
    assert work.unreadable == {key(3): "raw: 1 of 2 files unreadable"}


def test_ledger_of_an_older_daemon_is_read_without_files(reader, empty_folder):
    with ledger_of(empty_folder) as con:
        take_lease(con)
        con.execute("DROP TABLE files")
    assert (reader.read().unreadable, reader.read().problem) == ({}, "")
