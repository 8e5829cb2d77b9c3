"""Runs with late, growing or unreadable files."""

from __future__ import annotations

import time

import pytest
from extra_data.tests.mockdata import write_file
from extra_data.tests.mockdata.xgm import XGM

from damnit_daemon.ledger import (
    JobState,
    TakenFiles,
    load_files,
    load_lease,
    load_unreadable,
    record_arrival,
    save_files,
)
from damnit_daemon.model import RunKey
from damnit_daemon.model.arrival import Arrival, ArrivalSource
from damnit_daemon.model.growing_runs import parse_growing
from tests.conftest import default
from tests.daemon.daemon_process import wait_until

COUNTS = """
@Variable
def n_files(run):
    return len(run.files)
@Variable(data="proc")
def n_proc(run):
    return sum("/proc/" in f.filename for f in run.files)
"""
KEY = RunKey(1234, 1)


def announce(it, data="raw", key="event 1"):
    arrival = Arrival(ArrivalSource.KAFKA, key, KEY, data, time.time())
    with it.ledger.writing() as con:
        record_arrival(con, arrival, now=time.time())


def run_folder(it, data="raw"):
    return next(it.proposal.root.rglob(f"{data}/r0001"))


def add_file(it, data="raw", name="DA02-S00000"):
    """One more file, as of another aggregator."""
    path = next(run_folder(it, data).glob("*-S00000.h5"))
    new = path.with_name(f"{path.name.rsplit('-', 2)[0]}-{name}.h5")
    beside = new.with_name(f".{new.name}.part")
    write_file(str(beside), [XGM(f"OTHER/XGM/{data}")], 10, 110_000, format_version="1.2")
    beside.rename(new)
    return new


def files(it):
    with it.ledger.reading() as con:
        return load_files(con)


def growing(it):
    with it.ledger.reading() as con:
        return parse_growing(load_lease(con).info.get("growing"))


@pytest.mark.parametrize("trigger", default(["none", "watch"]))
def test_announced_run_waits_for_its_files(experiment, trigger):
    it = experiment(COUNTS, trigger=trigger)
    it.start_daemon()
    announce(it)

    def waits():
        return [job for job in it.jobs(JobState.QUEUED) if "not arrived yet" in job.reason]

    (job,) = wait_until(waits)
    assert "There is no raw data of run 1" in job.reason
    it.arrive(1)
    it.has_cells(1, n_files=1)
    jobs = it.all_over(1)
    assert {job.state for job in jobs} == {JobState.DONE}


@pytest.mark.extended
def test_second_announcement_of_waiting_run_adds_no_job(experiment):
    it = experiment(COUNTS, trigger="none")
    it.start_daemon()
    announce(it)
    wait_until(lambda: any("not arrived yet" in job.reason for job in it.jobs()))
    announce(it, key="event 2")
    it.arrive(1)
    it.has_cells(1, n_files=1)
    assert len(it.all_over(1)) == 1


def test_run_with_files_added_after_processing_is_reprocessed(experiment):
    it = experiment(COUNTS, watch_settle_s="0.5")
    it.start_daemon()
    wait_until(it.looked)
    it.arrive(1)
    it.has_cells(1, n_files=1)
    it.all_over(1)
    assert files(it)[KEY, "raw"].number == 1
    add_file(it)
    it.has_cells(1, n_files=2)
    jobs = it.all_over(2)
    assert [job.data for job in jobs] == ["raw", "raw"]
    assert files(it)[KEY, "raw"].number == 2
    # What did not change is left alone.
    it.arrive(2)
    it.has_cells(2, n_files=1)
    assert len(it.all_over(3)) == 3


@pytest.mark.extended
def test_later_proc_files_cause_only_a_proc_job(experiment):
    it = experiment(COUNTS, watch_settle_s="0.5")
    it.start_daemon()
    wait_until(it.looked)
    it.arrive(1, proc=True)
    it.has_cells(1, n_files=1, n_proc=1)
    it.all_over(2)
    add_file(it, "proc", "AGIPD04-S00000")
    it.has_cells(1, n_proc=2)
    assert [job.data for job in it.all_over(3)] == ["raw", "proc", "proc"]
    add_file(it)  # a variable of corrected data reads raw files too
    it.has_cells(1, n_files=2)
    assert [job.data for job in it.all_over(4)][3:] == ["all"]


def test_growing_run_is_shown_in_lease(experiment):
    it = experiment(COUNTS, watch_settle_s="600")
    it.start_daemon()
    wait_until(it.looked)
    it.arrive(1)
    (found,) = wait_until(lambda: growing(it))
    assert (found.key, found.data, found.files) == (KEY, "raw", 1)
    assert "its raw files are still arriving: 1 file" in found.sentence(time.time())


@pytest.mark.parametrize(
    ("content", "reason"),
    default([(b"", "empty"), (None, "truncated"), (b"strange", "not an HDF5 file")]),
)
def test_unreadable_files_are_reported_and_run_is_retried_on_change(experiment, content, reason):
    it = experiment(COUNTS, watch_settle_s="0.2")
    it.arrive(1)
    new = add_file(it)
    whole = new.read_bytes()
    new.write_bytes(whole[:1000] if content is None else content)
    it.start_daemon()
    it.has_cells(1, n_files=1)
    (job,) = it.all_over(1)
    assert job.reason == f"1 of 2 files unreadable ({new.name}: {reason})"
    with it.ledger.reading() as con:
        assert load_unreadable(con) == {KEY: f"raw: {job.reason}"}
    new.write_bytes(whole)
    it.has_cells(1, n_files=2)
    assert [job.reason for job in it.all_over(2)] == [job.reason, ""]
    with it.ledger.reading() as con:
        assert load_unreadable(con) == {}


@pytest.mark.extended
def test_run_without_readable_file_fails_and_is_retried_on_change(experiment):
    it = experiment(COUNTS, watch_settle_s="0.2")
    it.arrive(1)
    path = next(run_folder(it).glob("*.h5"))
    whole = path.read_bytes()
    path.write_bytes(b"")
    it.start_daemon()
    (job,) = it.all_over(1)
    assert job.state is JobState.FAILED
    assert f"1 of 1 files unreadable ({path.name}: empty)" in job.reason
    path.write_bytes(whole)
    it.has_cells(1, n_files=1)


def test_malformed_rows_of_files_table_are_skipped(experiment):
    it = experiment(COUNTS)
    it.ledger.create()
    with it.ledger.writing() as con:
        save_files(con, KEY, "raw", TakenFiles(1, 2, 3, 4), now=0)
        con.execute("INSERT INTO files SELECT 1, 2, 'x', 'many', -1, x'00', 0, '', 0 FROM meta")
        assert load_files(con) == {(KEY, "raw"): TakenFiles(1, 2, 3, 4)}
