"""A daemon that lost its lease while suspended."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing

import pytest

from damnit_daemon.ledger import ProcessId, recover, take_lease
from damnit_daemon.model import RunKey
from tests.daemon.daemon_process import wait_until

CONTEXT = """
import os, time
@Variable
def early(run):
    return 1
@Variable
def waits(run, e: "var#early"):
    while not os.path.exists({go!r}):
        time.sleep(0.01)
    return 2
"""


def everything(path):
    with closing(sqlite3.connect(path)) as con:
        return list(con.iterdump())


def stop_between_writes(daemon, ledger):
    """One that stands still in the middle of a transaction holds up everybody; not tested here.

    Nor may it stand while it reads: then others can begin to write, but not commit.
    """
    while True:
        daemon.send_signal(signal.SIGSTOP)
        with closing(sqlite3.connect(ledger.path, timeout=0.2)) as con:
            try:
                con.execute("BEGIN EXCLUSIVE")
                con.rollback()
                return
            except sqlite3.OperationalError:
                daemon.send_signal(signal.SIGCONT)


@pytest.mark.extended
def test_suspended_daemon_that_lost_its_lease_ends_and_writes_nothing(experiment, tmp_path):
    go = tmp_path / "go"
    it = experiment(CONTEXT.format(go=str(go)))
    stale = it.start_daemon()
    it.arrive(1)
    it.has_cells(1, early=1)
    wait_until(lambda: it.running() and it.running()[0].variables_done == 1)
    stop_between_writes(stale, it.ledger)

    token = take_lease(
        it.ledger, process=ProcessId("elsewhere", 1, "m", "s"), expires_s=1.5, alive=lambda _: None
    )
    with it.ledger.writing(token) as con:
        recover(con, now=time.time())
    go.touch()  # its runner goes on, and leaves fragments
    wait_until(lambda: len(list(it.folder.fragments())) >= 2)
    before = everything(it.folder.ledger), everything(it.folder.database)

    stale.send_signal(signal.SIGCONT)
    assert stale.wait(60) == 1
    assert it.processes() == []
    assert "elsewhere" in it.log_text()
    assert (everything(it.folder.ledger), everything(it.folder.database)) == before
    assert not it.folder.results_file(RunKey(1234, 1)).exists()

    with it.ledger.writing() as con:  # the other one crashed
        con.execute("DELETE FROM lease")
    it.start_daemon()
    it.has_cells(1, early=1, waits=2)
    it.all_over(1)
    wait_until(lambda: not list(it.folder.fragments()))


@pytest.mark.extended
def test_briefly_suspended_daemon_keeps_its_lease(experiment, tmp_path):
    it = experiment(CONTEXT.format(go=str(tmp_path)))
    daemon = it.start_daemon()
    stop_between_writes(daemon, it.ledger)
    beats = it.lease().beats
    second = it.start_daemon(wait=False)
    time.sleep(2)
    assert second.poll() is None  # it does not know yet whether the first one is gone
    daemon.send_signal(signal.SIGCONT)
    assert second.wait(60) == 1
    assert it.lease().beats > beats
    it.arrive(1)
    it.has_cells(1, early=1, waits=2)


@pytest.mark.extended
def test_killed_daemon_is_replaced_at_once(experiment, tmp_path):
    it = experiment(CONTEXT.format(go=str(tmp_path)))
    first = it.start_daemon()
    first.kill()
    first.wait()
    began = time.monotonic()
    second = it.start_daemon()
    assert time.monotonic() - began < 40
    assert it.lease().holder.pid == second.pid
