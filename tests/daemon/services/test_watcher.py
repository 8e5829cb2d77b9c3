"""The watcher on real folders."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from types import MappingProxyType

import h5py
import numpy as np
import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import TakenFiles
from damnit_daemon.model import RunKey
from damnit_daemon.model.arrival import ArrivalSource
from damnit_daemon.services.completeness import what_is_lacking
from damnit_daemon.services.run_scanner import FRESH_S, NEW_S, RESCAN_S, RunFiles
from damnit_daemon.services.settle_times import SettleTimes
from damnit_daemon.services.watcher import PATIENCE, Sighting, Watcher, decide, parse_backfill

PROPOSAL = 1234
SETTLE_S = 20.0
READ_SOON_S = RESCAN_S + 0.1


def place(run, kind="raw"):
    return (RunKey(PROPOSAL, run), kind)


def files(run, kind="raw", size=100, hdf5=1):
    return RunFiles(place(run, kind), hdf5, 2, size, 10**18)


class Proposal:
    """A proposal's folder, a clock, and a ledger that is a set."""

    def __init__(self, path):
        self.path = path
        self.now_s = 1000.0
        self.seen = set()
        for kind in ("raw", "proc"):
            (path / kind).mkdir(parents=True)

    def write(self, run, kind="raw", size=1000, name=None, append=False):
        folder = self.path / kind / f"r{run:04d}"
        folder.mkdir(exist_ok=True)
        path = folder / (name or f"{kind.upper()}-R{run:04d}-DA01-S00000.h5")
        with path.open("ab" if append else "wb") as file:
            file.write(bytes(size))
        return path

    def watcher(self, **options):
        options = {"settle_s": SETTLE_S, **options}
        return Watcher(self.path, PROPOSAL, **options)

    def poll(self, watcher, after_s=0.0, *, record=True, processed=MappingProxyType({})):
        self.now_s += after_s
        look = watcher.poll(self.seen, self.now_s, processed=processed)
        if record:
            found = [*look.arrivals, *look.existing]
            self.seen |= {(arrival.run_key, arrival.data) for arrival in found}
        return look

    def arrivals(self, watcher, after_s=0.0, **options):
        return [
            (arrival.run_key.run, arrival.data)
            for arrival in self.poll(watcher, after_s, **options).arrivals
        ]


@pytest.fixture
def proposal(tmp_path):
    return Proposal(tmp_path / "p001234")


def test_run_is_complete_after_settle_time_without_change():
    first = decide(set(), {}, [files(1)], now_s=100, settle_s=20)
    assert first.settled == []
    assert first.watched == {place(1): Sighting(files(1), 100, 100)}
    assert decide(set(), first.watched, [files(1)], now_s=119.9, settle_s=20).settled == []
    assert decide(set(), first.watched, [files(1)], now_s=120, settle_s=20).settled == [
        Sighting(files(1), 100, 100)
    ]


def test_changed_files_restart_settle_time():
    watched = {place(1): Sighting(files(1, size=100), 100, 100)}
    decision = decide(set(), watched, [files(1, size=101)], now_s=130, settle_s=20)
    assert decision.settled == []
    assert decision.watched == {place(1): Sighting(files(1, size=101), 130, 100)}


def test_settled_runs_are_ordered_by_number_and_raw_before_proc():
    listing = [files(2, "proc"), files(10), files(2), files(1, "proc")]
    random.Random(1).shuffle(listing)
    settled = decide(set(), {}, listing, now_s=0, settle_s=0).settled
    assert [sighting.files.place for sighting in settled] == [
        place(1, "proc"),
        place(2),
        place(2, "proc"),
        place(10),
    ]


def test_known_or_vanished_runs_are_not_watched():
    watched = {place(1): Sighting(files(1), 0), place(2): Sighting(files(2), 0)}
    decision = decide({place(1)}, watched, [files(1)], now_s=100, settle_s=20)
    assert decision == ([], {})


def test_new_run_arrives_once(proposal):
    watcher = proposal.watcher()
    path = proposal.write(1)
    assert proposal.arrivals(watcher) == []
    assert proposal.arrivals(watcher, SETTLE_S - 0.1) == []
    (arrival,) = proposal.poll(watcher, 5.0).arrivals
    assert arrival.source == ArrivalSource.WATCHER
    assert arrival.run_key == RunKey(PROPOSAL, 1)
    assert arrival.key == "p001234/raw/r0001"
    assert arrival.event_at == pytest.approx(path.stat().st_mtime)
    assert not arrival.backfilled
    assert proposal.arrivals(watcher, 100.0) == []


def test_arrival_is_repeated_until_recorded(proposal):
    watcher = proposal.watcher(settle_s=0)
    proposal.write(1)
    assert proposal.arrivals(watcher, record=False) == [(1, "raw")]
    assert proposal.arrivals(watcher, 1.0) == [(1, "raw")]
    assert proposal.arrivals(watcher, 1.0) == []


def test_growing_run_does_not_arrive(proposal):
    watcher = proposal.watcher()
    proposal.write(1)
    for _ in range(10):
        assert proposal.arrivals(watcher, 10.0) == []
        proposal.write(1, size=10, append=True)
    assert proposal.arrivals(watcher, 10.0) == []
    assert proposal.arrivals(watcher, SETTLE_S + RESCAN_S) == [(1, "raw")]


def test_file_rewritten_with_equal_size_restarts_settle_time(proposal):
    watcher = proposal.watcher()
    path = proposal.write(1)
    proposal.poll(watcher)
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
    assert proposal.arrivals(watcher, SETTLE_S + 1) == []
    assert proposal.arrivals(watcher, SETTLE_S + 1) == [(1, "raw")]


def test_file_that_grows_without_new_mtime_restarts_settle_time(proposal):
    watcher = proposal.watcher()
    path = proposal.write(1)
    before = path.stat().st_mtime_ns
    proposal.poll(watcher)
    proposal.write(1, size=1, append=True)
    os.utime(path, ns=(before, before))
    assert proposal.arrivals(watcher, SETTLE_S + 1) == []


def test_temporary_file_of_a_copy_delays_arrival(proposal):
    watcher = proposal.watcher()
    proposal.write(1)
    proposal.write(1, name=".RAW-R0001-DA02-S00000.h5.Xy7", size=5)
    proposal.poll(watcher)
    proposal.write(1, name=".RAW-R0001-DA02-S00000.h5.Xy7", size=5, append=True)
    assert proposal.arrivals(watcher, SETTLE_S + 1) == []


def test_raw_arrives_before_proc(proposal):
    watcher = proposal.watcher()
    proposal.write(1)
    proposal.poll(watcher)
    assert proposal.arrivals(watcher, SETTLE_S) == [(1, "raw")]
    proposal.write(1, "proc")
    proposal.write(2)
    proposal.poll(watcher, 1.0)
    assert proposal.arrivals(watcher, SETTLE_S) == [(1, "proc"), (2, "raw")]


def test_run_folder_without_hdf5_files_does_not_arrive(proposal):
    watcher = proposal.watcher(settle_s=0)
    proposal.write(1, name="notes.txt")
    proposal.write(1, name=".hidden.h5")
    assert proposal.arrivals(watcher) == []
    assert proposal.arrivals(watcher, 100.0) == []
    proposal.write(1)
    assert proposal.arrivals(watcher, READ_SOON_S) == [(1, "raw")]


def test_file_added_within_one_mtime_tick_is_seen(proposal):
    watcher = proposal.watcher(settle_s=0)
    folder = proposal.path / "raw" / "r0001"
    folder.mkdir()
    before = folder.stat().st_mtime_ns
    assert proposal.arrivals(watcher) == []
    proposal.write(1)
    os.utime(folder, ns=(before, before))
    assert proposal.arrivals(watcher, 0.1) == [(1, "raw")]


def test_run_added_without_new_mtime_is_found_within_a_minute(proposal):
    watcher = proposal.watcher(settle_s=0)
    raw = proposal.path / "raw"
    before = raw.stat().st_mtime_ns
    proposal.poll(watcher)
    proposal.poll(watcher, FRESH_S + 1)
    proposal.write(1)
    os.utime(raw, ns=(before, before))
    assert proposal.arrivals(watcher, FRESH_S + 1) == []
    assert proposal.arrivals(watcher, 60.0) == [(1, "raw")]


@pytest.mark.parametrize(
    "name", ["r1", "r00001", "R0001", "r0001_old", "r٠٠٠١", "r", "r0000", "lost+found", "r0001.h5"]
)
def test_folders_without_run_name_are_skipped(proposal, name):
    folder = proposal.path / "raw" / name
    folder.mkdir()
    (folder / "RAW.h5").write_bytes(b"x")
    assert proposal.arrivals(proposal.watcher(settle_s=0)) == []


def test_file_with_run_name_is_skipped(proposal):
    (proposal.path / "raw" / "r0001").write_bytes(b"x")
    proposal.write(2)
    assert proposal.arrivals(proposal.watcher(settle_s=0)) == [(2, "raw")]


def test_run_folder_may_be_a_symlink(proposal, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "RAW-R0012-DA01-S00000.h5").write_bytes(b"x")
    (proposal.path / "raw" / "r0012").symlink_to(elsewhere)
    assert proposal.arrivals(proposal.watcher(settle_s=0)) == [(12, "raw")]


def test_run_number_above_9999_arrives(proposal):
    proposal.write(12345)
    assert proposal.arrivals(proposal.watcher(settle_s=0)) == [(12345, "raw")]


def test_vanished_run_is_forgotten_and_may_return(proposal):
    watcher = proposal.watcher()
    path = proposal.write(1)
    proposal.poll(watcher)
    path.unlink()
    path.parent.rmdir()
    assert proposal.arrivals(watcher, SETTLE_S + 1) == []
    proposal.write(1)
    assert proposal.arrivals(watcher, READ_SOON_S) == []
    assert proposal.arrivals(watcher, SETTLE_S + RESCAN_S) == [(1, "raw")]


def test_unreadable_proposal_is_polled_again(proposal):
    watcher = proposal.watcher(settle_s=0)
    away = proposal.path.with_name("away")
    proposal.path.rename(away)
    assert proposal.arrivals(watcher) == []
    assert "No such file" in watcher.problem
    away.rename(proposal.path)
    proposal.write(1)
    assert proposal.arrivals(watcher, 1.0) == [(1, "raw")]
    assert watcher.problem == ""


def test_proposal_without_proc_folder_is_watched(proposal):
    (proposal.path / "proc").rmdir()
    watcher = proposal.watcher(settle_s=0)
    proposal.write(1)
    assert proposal.arrivals(watcher) == [(1, "raw")]
    (proposal.path / "proc").mkdir()
    proposal.write(1, "proc")
    assert proposal.arrivals(watcher, 0.2) == [(1, "proc")]


def test_runs_of_remounted_proposal_are_not_new_at_first_start(proposal):
    proposal.write(1)
    away = proposal.path.with_name("away")
    proposal.path.rename(away)
    watcher = proposal.watcher(settle_s=0, first_start=True)
    proposal.poll(watcher)
    away.rename(proposal.path)
    look = proposal.poll(watcher, 1.0)
    assert look.arrivals == []
    assert [arrival.run_key.run for arrival in look.existing] == [1]


def test_existing_runs_are_skipped_at_first_start(proposal):
    for run in (1, 2):
        proposal.write(run)
    proposal.write(1, "proc")
    watcher = proposal.watcher(first_start=True)
    assert proposal.poll(watcher).existing == []
    proposal.write(3)
    look = proposal.poll(watcher, SETTLE_S)
    assert look.arrivals == []
    assert [(a.run_key.run, a.data) for a in look.existing] == [
        (1, "raw"),
        (1, "proc"),
        (2, "raw"),
    ]
    assert proposal.arrivals(watcher, SETTLE_S + 5) == [(3, "raw")]


def test_run_being_written_at_first_start_is_processed(proposal):
    proposal.write(1)
    proposal.write(2)
    watcher = proposal.watcher(first_start=True)
    proposal.poll(watcher)
    proposal.write(2, size=7, append=True)
    look = proposal.poll(watcher, SETTLE_S + 1)
    assert [arrival.run_key.run for arrival in look.existing] == [1]
    assert proposal.arrivals(watcher, SETTLE_S + 1) == [(2, "raw")]


@pytest.mark.parametrize(
    ("backfill", "processed"), [(0, []), (2, [3, 4]), (10, [1, 3, 4]), (None, [1, 3, 4])]
)
def test_first_start_backfills_newest_runs(proposal, backfill, processed):
    for run in (1, 3, 4):
        proposal.write(run)
    watcher = proposal.watcher(settle_s=0, first_start=True, backfill=backfill)
    look = proposal.poll(watcher)
    assert [arrival.run_key.run for arrival in look.arrivals] == processed
    assert all(arrival.backfilled for arrival in look.arrivals)
    assert len(look.existing) == 3 - len(processed)


def test_watcher_waits_for_broker_event_before_backfilling(proposal):
    watcher = proposal.watcher(grace_s=60.0)
    proposal.write(1)
    proposal.write(2)
    proposal.poll(watcher)
    assert proposal.arrivals(watcher, SETTLE_S + 30) == []
    proposal.seen.add(place(1))  # an event came
    (arrival,) = proposal.poll(watcher, 31.0).arrivals
    assert arrival.run_key.run == 2
    assert arrival.backfilled


def test_watcher_does_not_wait_for_unreachable_broker(proposal):
    watcher = proposal.watcher(grace_s=60.0)
    proposal.write(1)
    proposal.poll(watcher)
    proposal.now_s += SETTLE_S
    (arrival,) = watcher.poll(proposal.seen, proposal.now_s, expects_events=False).arrivals
    assert arrival.backfilled


def test_folders_unchanged_for_a_day_are_not_scanned_by_file(proposal):
    path = proposal.write(1)
    yesterday = time.time() - 100_000
    os.utime(path.parent, (yesterday, yesterday))
    watcher = proposal.watcher(settle_s=10)
    proposal.poll(watcher)
    proposal.write(1, size=1, append=True)
    assert proposal.arrivals(watcher, 10.0) == [(1, "raw")]


@pytest.mark.parametrize(("text", "number"), [("none", 0), ("", 0), ("All", None), ("12", 12)])
def test_backfill_setting_is_parsed(text, number):
    assert parse_backfill(text) == number


@pytest.mark.parametrize("text", ["some", "-1", "1.5", "٣"])
def test_invalid_backfill_setting_is_refused(text):
    with pytest.raises(DamnitError, match="watch_backfill"):
        parse_backfill(text)


@pytest.mark.extended
def test_polling_2000_runs_is_cheap(proposal):
    """A wide limit for slow machines; it must not depend on the number of runs."""
    for run in range(1, 2001):
        proposal.write(run, size=1)
    watcher = proposal.watcher(first_start=True)
    first_s = timed(lambda: proposal.poll(watcher))
    noting_s = timed(lambda: proposal.poll(watcher, NEW_S))
    assert len(proposal.seen) == 2000
    proposal.poll(watcher, 1.0)
    idle_s = min(timed(lambda: proposal.poll(watcher, 0.2)) for _ in range(20))
    proposal.write(2001)
    new_s = timed(lambda: proposal.poll(watcher, 0.2))
    print(f"first {first_s:.4f}, noting {noting_s:.4f}, new {new_s:.4f}, idle {idle_s:.6f} s")
    assert idle_s < 0.002
    assert new_s < 0.05
    assert first_s < 2.0


def timed(action):
    """Seconds of this process: the machine may be busy."""
    start_s = time.process_time()
    action()
    return time.process_time() - start_s


def as_processed(path, number=1):
    """What a job has seen of a run with one file."""
    status, folder = path.stat(), path.parent.stat()
    return {
        place(1, path.parent.parent.name): TakenFiles(
            number, number * status.st_size, status.st_mtime_ns, folder.st_mtime_ns
        )
    }


def test_files_added_to_processed_run_make_a_new_arrival(proposal):
    watcher = proposal.watcher()
    known = as_processed(proposal.write(1))
    assert proposal.arrivals(watcher) == []
    assert proposal.arrivals(watcher, SETTLE_S) == [(1, "raw")]
    assert proposal.arrivals(watcher, SETTLE_S, processed=known) == []
    proposal.write(1, name="RAW-R0001-DA02-S00000.h5")
    assert proposal.arrivals(watcher, 30.0, processed=known) == []
    (arrival,) = proposal.poll(watcher, SETTLE_S, processed=known).arrivals
    assert (arrival.run_key.run, arrival.data) == (1, "raw")
    assert arrival.key.startswith("p001234/raw/r0001#2.2000.")


def test_removed_files_make_no_arrival(proposal):
    watcher = proposal.watcher()
    path = proposal.write(1)
    proposal.seen.add(place(1))
    assert proposal.arrivals(watcher, 100.0, processed=as_processed(path, number=2)) == []
    assert proposal.arrivals(watcher, SETTLE_S, processed=as_processed(path, number=2)) == []


def test_file_grown_after_processing_makes_an_arrival(proposal):
    watcher = proposal.watcher()
    path = proposal.write(1)
    known = as_processed(path)
    proposal.seen.add(place(1))
    proposal.write(1, append=True)
    assert proposal.arrivals(watcher, 100.0, processed=known) == []
    assert proposal.arrivals(watcher, SETTLE_S, processed=known) == [(1, "raw")]


def test_settle_time_adapts_to_pauses_and_returns_to_default(proposal):
    times = SettleTimes(SETTLE_S, learns=True)
    watcher = proposal.watcher(settle_s=times)
    path = proposal.write(1, "proc")
    known = as_processed(path)
    proposal.seen.add(place(1, "proc"))
    later = proposal.write(1, "proc", name="CORR-R0001-DA02-S00000.h5")
    at = path.stat().st_mtime + 40.0
    os.utime(later, (at, at))
    proposal.poll(watcher, 100.0, processed=known)
    assert times.of("proc") == pytest.approx(60.0, abs=0.1)
    assert times.of("raw") == SETTLE_S
    again = SettleTimes(SETTLE_S, learns=True, known=times.dump())
    assert again.of("proc") == pytest.approx(60.0, abs=0.1)
    for run in range(2, 22):
        again.note(RunKey(PROPOSAL, run), "proc", 2.0)
    assert again.of("proc") == SETTLE_S


@pytest.mark.parametrize("text", [None, "", "[]", "{", '{"raw": 1}', '{"raw": [["x", {}]]}'])
def test_malformed_pauses_do_not_change_settle_time(text):
    assert SettleTimes(SETTLE_S, learns=True, known=text).of("raw") == SETTLE_S


def test_configured_settle_time_is_not_adapted():
    times = SettleTimes(5.0)
    times.note(RunKey(PROPOSAL, 1), "raw", 100.0)
    assert times.of("raw") == 5.0


def test_missing_sequence_file_delays_arrival_for_limited_time(proposal):
    watcher = proposal.watcher()
    proposal.write(1, name="RAW-R0001-DA01-S00000.h5")
    proposal.write(1, name="RAW-R0001-DA01-S00002.h5")
    assert proposal.arrivals(watcher) == []
    assert proposal.arrivals(watcher, SETTLE_S) == []
    (growing,) = watcher.growing
    assert growing.lacks == "RAW-R0001-DA01-S00001.h5 is missing"
    assert "incomplete: RAW-R0001-DA01-S00001.h5 is missing" in growing.sentence(0.0)
    assert proposal.arrivals(watcher, PATIENCE * SETTLE_S) == [(1, "raw")]
    assert watcher.growing == []


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_truncated_file_delays_arrival(proposal, libver):
    with h5py.File(proposal.path / "whole.h5", "w", libver=libver) as file:
        file["x"] = range(5000)
    whole = (proposal.path / "whole.h5").read_bytes()
    path = proposal.write(1)
    path.write_bytes(whole[:-100])
    watcher = proposal.watcher()
    assert proposal.arrivals(watcher) == []
    assert proposal.arrivals(watcher, SETTLE_S) == []
    assert watcher.growing[0].lacks == f"{path.name} has {len(whole) - 100} of {len(whole)} bytes"
    path.write_bytes(whole)
    assert proposal.arrivals(watcher, READ_SOON_S) == []
    assert proposal.arrivals(watcher, SETTLE_S) == [(1, "raw")]


def test_file_open_for_writing_delays_arrival(proposal):
    proposal.write(1)
    path = proposal.path / "raw" / "r0001" / "RAW-R0001-DA02-S00000.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file["x"] = range(10)
        file.swmr_mode = True
        assert what_is_lacking(path.parent) == f"{path.name} is being written"
    assert what_is_lacking(path.parent) == ""


def test_polling_3000_processed_runs_is_cheap(proposal):
    watcher = proposal.watcher()
    known, then = {}, time.time() - 7 * 86_400
    for run in range(1, 3001):
        path = proposal.write(run, size=1)
        os.utime(path, (then, then))
        os.utime(path.parent, (then, then))
        known[place(run)] = TakenFiles(
            1, 1, path.stat().st_mtime_ns, path.parent.stat().st_mtime_ns
        )
    proposal.seen.update(known)
    began = time.process_time()
    for _ in range(100):
        assert proposal.arrivals(watcher, 2.0, processed=known) == []
    assert time.process_time() - began < 3.0


def write_trains(proposal, name, first, last, *, run=1, kind="raw"):
    path = proposal.write(run, kind, name=name)
    with h5py.File(path, "w") as file:
        file["INDEX/trainId"] = np.r_[first : last + 1, 0, 0].astype("u8")
    return path


def test_aggregator_with_fewer_trains_delays_arrival(proposal):
    watcher = proposal.watcher()
    write_trains(proposal, "RAW-R0001-DA01-S00000.h5", 1000, 1499)
    write_trains(proposal, "RAW-R0001-DA01-S00001.h5", 1500, 1749)
    write_trains(proposal, "RAW-R0001-DA02-S00000.h5", 1000, 1499)
    write_trains(proposal, "RAW-R0001-DA03-S00000.h5", 1000, 1745)  # a few are no sign
    assert proposal.arrivals(watcher) == []
    assert proposal.arrivals(watcher, SETTLE_S) == []
    (growing,) = watcher.growing
    assert growing.lacks == "RAW-R0001-DA02 ends 250 trains before the others"
    write_trains(proposal, "RAW-R0001-DA02-S00001.h5", 1500, 1749)
    assert proposal.arrivals(watcher, READ_SOON_S) == []
    assert proposal.arrivals(watcher, SETTLE_S) == [(1, "raw")]


def test_aggregator_that_always_ends_early_delays_only_first_arrival(proposal):
    watcher = proposal.watcher()
    ends_and_waits = [(1499, True), (1499, False), (1749, False), (1499, True)]
    for run, (end, waits) in enumerate(ends_and_waits, 1):
        write_trains(proposal, f"RAW-R000{run}-DA01-S00000.h5", 1000, 1749, run=run)
        write_trains(proposal, f"RAW-R000{run}-DA02-S00000.h5", 1000, end, run=run)
        proposal.poll(watcher)
        assert proposal.arrivals(watcher, SETTLE_S) == ([] if waits else [(run, "raw")])
        proposal.poll(watcher, PATIENCE * SETTLE_S)


def test_proc_arrives_with_as_many_files_as_raw(proposal):
    for number in (0, 1):
        proposal.write(1, name=f"RAW-R0001-AGIPD00-S0000{number}.h5")
        proposal.write(1, name=f"RAW-R0001-DA01-S0000{number}.h5")
    proposal.seen.add(place(1))
    watcher = proposal.watcher()
    proposal.write(1, "proc", name="CORR-R0001-AGIPD00-S00000.h5")
    proposal.poll(watcher)
    assert proposal.arrivals(watcher, SETTLE_S) == []
    assert watcher.growing[0].lacks == "CORR-R0001-AGIPD00-S00001.h5 is missing"
    proposal.write(1, "proc", name="CORR-R0001-AGIPD00-S00001.h5")
    proposal.poll(watcher, READ_SOON_S)
    assert proposal.arrivals(watcher, SETTLE_S) == [(1, "proc")]


@pytest.mark.parametrize("trains", [None, "text", [[1, 2]], [2.5], [0], [2**63 + 5]])
def test_files_without_train_ids_do_not_delay_arrival(proposal, trains):
    watcher = proposal.watcher()
    write_trains(proposal, "RAW-R0001-DA01-S00000.h5", 1000, 1749)
    path = proposal.write(1, name="RAW-R0001-DA02-S00000.h5")
    with h5py.File(path, "w") as file:
        if trains is not None:
            file["INDEX/trainId"] = trains
    proposal.write(1, name="RAW-R0001-DA03-S00000.h5")
    assert proposal.arrivals(watcher) == []
    assert proposal.arrivals(watcher, SETTLE_S) == [(1, "raw")]


@pytest.mark.parametrize("name", ["results-hang.h5", "results-appcrash.h5"])
def test_damaged_file_does_not_end_watcher_or_hide_missing_trains(proposal, name):
    watcher = proposal.watcher()
    write_trains(proposal, "RAW-R0001-DA01-S00000.h5", 1000, 1749)
    write_trains(proposal, "RAW-R0001-DA02-S00000.h5", 1000, 1499)
    path = proposal.write(1, name="RAW-R0001-DA03-S00000.h5")
    path.write_bytes((Path(__file__).parents[2] / "damaged" / name).read_bytes())
    proposal.poll(watcher)
    began = time.monotonic()
    assert proposal.arrivals(watcher, SETTLE_S) == []
    assert time.monotonic() - began < 30
    assert watcher.growing[0].lacks == "RAW-R0001-DA02 ends 250 trains before the others"
