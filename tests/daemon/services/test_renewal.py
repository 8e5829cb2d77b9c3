"""Deleted or damaged ledgers while a daemon runs, and their rebuilding."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    ArrivalState,
    JobOrigin,
    Ledger,
    NewJob,
    add_job,
    get_value,
    load_arrivals,
    load_files,
)
from damnit_daemon.model import RunKey
from damnit_daemon.services.arrival_threads import OLDER
from damnit_daemon.services.ledger_renewal import MEMO, load_renewal, renew_ledger, why_unusable
from tests.conftest import default
from tests.daemon.daemon_process import wait_until

ONE = """
@Variable
def one(run):
    return 1
"""
PAGE = 4096


def delete(path):
    path.unlink()


def damage(path):
    """Write over the pages behind the first."""
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\xff" * 8 * PAGE)


def empty(path):
    path.write_bytes(b"")


def command(it, *arguments):
    environment = it.full_environment
    return subprocess.run(
        [sys.executable, "-m", "damnit_daemon.cli", "--in", str(it.folder.path), *arguments],
        env=environment, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip


@pytest.mark.parametrize("loss", default([delete, damage, empty]))
def test_lost_ledger_is_detected_and_rebuilt(experiment, loss):
    it = experiment(ONE, watch_backfill="none")
    it.arrive(1)
    daemon = it.start_daemon()
    wait_until(it.looked)
    it.arrive(2)
    it.has_cells(2, one=1)
    it.all_over(1)
    began = time.monotonic()
    loss(it.ledger.path)
    assert daemon.wait(30) == 1
    assert time.monotonic() - began < 15
    assert str(it.ledger.path) in it.log_text()
    assert "This daemon exits." in it.log_text()
    it.arrive(3)
    it.start_daemon()
    it.has_cells(3, one=1)
    jobs = it.all_over(1)
    assert [job.run_key.run for job in jobs] == [3]  # not 2, which is done, nor 1, which is older
    with it.ledger.reading() as con:
        assert load_renewal(con)[1].startswith("The ledger ")
        (found,) = load_arrivals(con, RunKey(1234, 2))
        assert found.state is ArrivalState.IGNORED
        assert load_files(con)[RunKey(1234, 2), "raw"].number == 1
        assert json.loads(get_value(con, OLDER)) == [[[1234, 1], "raw"]]
    aside = list(it.folder.path.glob("daemon.sqlite.damaged-*"))
    assert len(aside) == (loss is not delete)
    assert "it was rebuilt" in command(it, "status")
    assert "it was rebuilt" in command(it, "doctor")


@pytest.mark.extended
def test_supervisor_brings_back_a_daemon_whose_ledger_was_lost(experiment):
    it = experiment(ONE)
    try:
        command(it, "start")
        first = it.lease().holder
        it.arrive(1)
        it.has_cells(1, one=1)
        it.all_over(1)
        damage(it.ledger.path)
        wait_until(lambda: works_again(it, first.pid))
        it.arrive(2)
        it.has_cells(2, one=1)
        assert [job.run_key.run for job in it.all_over(1)] == [2]
        wait_until(lambda: "RUNNING" in command(it, "status"))
        assert "it was rebuilt" in command(it, "status")
    finally:
        command(it, "stop")
    assert it.processes() == []


def works_again(it, old_pid):
    """Whether another daemon has the lease; the ledger cannot be read for a moment."""
    try:
        lease = it.lease()
    except DamnitError:
        return False
    return lease is not None and lease.holder.pid != old_pid


@pytest.mark.extended
def test_ledger_lost_without_daemon_is_reported(experiment):
    it = experiment(ONE)
    daemon = it.start_daemon()
    wait_until(it.looked)
    wait_until((it.folder.internals / MEMO).exists)
    daemon.terminate()
    assert daemon.wait(30) == 0
    it.ledger.path.unlink()
    for name in ("status", "doctor"):
        assert f"{it.ledger.path} was deleted." in command(it, name)


@pytest.mark.extended
def test_runs_new_or_grown_since_ledger_loss_are_processed(experiment):
    it = experiment(ONE)
    it.arrive(1)
    it.start_daemon()
    it.has_cells(1, one=1)
    it.all_over(1)
    it.daemons[0].terminate()
    it.daemons[0].wait(30)
    path = next(it.proposal.root.rglob("raw/r0001/*.h5"))
    later = time.time() + 5
    os.utime(path, (later, later))
    it.ledger.path.unlink()
    it.start_daemon()
    (job,) = it.all_over(1)
    assert job.run_key.run == 1


def test_rollback_journal_of_old_ledger_is_not_applied_to_new_one(experiment, monkeypatch):
    it = experiment(ONE)
    it.ledger.create()
    (it.folder.internals).mkdir(exist_ok=True)
    (it.folder.internals / MEMO).write_text("{}")
    it.ledger.path.unlink()
    journal = it.ledger.path.with_name(f"{it.ledger.path.name}-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(2000))
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(it.proposal.root))
    assert "was deleted" in renew_ledger(it.folder, 1234, sleep=lambda _: None)
    assert not journal.exists()
    assert why_unusable(it.folder) == ""


def test_rebuilt_ledger_reuses_no_job_number_known_to_slurm(experiment, monkeypatch):
    it = experiment(ONE)
    it.ledger.create()
    old = it.folder.internals / "slurm" / "an-old-one"
    old.mkdir(parents=True)
    told = {"attempt": 1, "task": 0, "job_id": "1", "proposal": 1234, "run": 1}
    jobs = [json.dumps({"ledger_id": number, **told}) for number in (7, 3, 2**63 - 1, "x")]
    (old / "jobs.jsonl").write_text("\n".join(jobs))
    (it.folder.internals / MEMO).write_text("{}")
    it.ledger.path.unlink()
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(it.proposal.root))
    assert renew_ledger(it.folder, 1234, sleep=lambda _: None)
    with it.ledger.writing() as con:
        added = add_job(con, NewJob(RunKey(1234, 1), "all", origin=JobOrigin.REQUEST), now=1.0)
    assert added.id == 8


def test_first_ledger_is_not_reported_as_rebuilt(experiment):
    it = experiment(ONE)
    assert renew_ledger(it.folder, 1234, sleep=lambda _: None) == ""
    assert not it.ledger.exists()


def test_briefly_missing_folder_is_no_ledger_loss(experiment):
    it = experiment(ONE)
    Ledger(it.folder.ledger).create()
    moved = it.folder.path.with_name("elsewhere")
    it.folder.path.rename(moved)
    assert why_unusable(it.folder) == ""
    moved.rename(it.folder.path)
    assert why_unusable(it.folder) == ""
