"""`kill -9` of the daemon at random moments while runs arrive, and its restarts."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing

import pytest

from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.ledger import JobState, RequestKind, load_arrivals
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, load_values
from tests.daemon.daemon_process import wait_until

CONTEXT = """
import numpy as np
@Variable
def n_trains(run):
    return len(run.train_ids)
@Variable
def number(run, meta: "meta#run_number"):
    return meta
@Variable(summary="mean")
def line(run, n: "var#n_trains"):
    return np.arange(float(n))
@Variable
def fails(run):
    raise ValueError("each time")
@Variable
def text(run, n: "var#number"):
    return f"run {n}"
"""
NAMES = {"n_trains", "number", "line", "fails", "text"}


@pytest.mark.extended
@pytest.mark.parametrize(
    ("kills", "arrivals", "seed"),
    [
        (8, 6, 1),
        pytest.param(200, 50, 2, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]),
    ],
)
def test_every_run_is_stored_once_when_the_daemon_is_killed_repeatedly(
    experiment, kills, arrivals, seed
):
    it = experiment(CONTEXT, watch_backfill="none")
    first = it.start_daemon()
    wait_until(it.looked)
    first.kill()
    rng = random.Random(seed)
    written = 0
    for number in range(kills):
        daemon = it.start_daemon(wait=False)
        dies_at = time.monotonic() + rng.uniform(0.2, 3.5)
        while written < arrivals * (number + 1) / kills:
            written += 1
            it.arrive(written)
        time.sleep(max(0.0, dies_at - time.monotonic()))
        assert daemon.poll() is None, it.log_text()
        daemon.kill()
        daemon.wait()
        wait_until(lambda: it.processes() == [])

    last = it.start_daemon()
    it.all_over(arrivals)
    wait_until(lambda: not list(it.folder.fragments()))
    sweep_leftovers(it)
    last.terminate()
    assert last.wait(60) == 0
    assert it.processes() == []

    jobs = it.jobs()
    assert sorted(job.run_key.run for job in jobs) == list(range(1, arrivals + 1))
    assert {job.state for job in jobs} == {JobState.DONE}
    for run in range(1, arrivals + 1):
        assert_complete(it, RunKey(1234, run))
    for path in (it.folder.database, it.folder.ledger):
        with closing(sqlite3.connect(path)) as con:
            assert con.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def sweep_leftovers(it):
    """What a fragment's writer leaves when it is killed is swept with the next fragments."""
    it.ask(RequestKind.COMBINE)

    def names():
        return {path.name for path in it.folder.extracted_data.iterdir()}

    results = {it.folder.results_file(job.run_key).name for job in it.jobs()}
    wait_until(lambda: names() == results)


def assert_complete(it, key):
    with it.ledger.reading() as con:
        assert len(load_arrivals(con, key)) == 1
    with closing(sqlite3.connect(it.folder.database)) as con:
        sql = "SELECT name FROM run_variables WHERE proposal = ? AND run = ? ORDER BY name"
        names = [name for (name,) in con.execute(sql, key)]
        ((runs,),) = con.execute("SELECT count(*) FROM run_info WHERE run = ?", key[1:])
    assert names == sorted({"start_time", *NAMES} & set(names))
    assert set(names) >= NAMES
    assert runs == 1
    assert it.cells(key.run) == {
        "n_trains": 60,
        "number": key.run,
        "line": 29.5,
        "fails": ("ValueError", it.cells(key.run)["fails"][1]),
        "text": f"run {key.run}",
    }
    with Database(it.folder.database).reading() as con:
        rows = {row.name: row for row in load_values(con, keys=[key])}
    with ResultsFile(it.folder.results_file(key)) as file:
        assert set(file.names()) >= NAMES
        assert file.read("number") == key.run
        assert file.read("text") == f"run {key.run}"
        assert list(file.read("line")) == list(range(60))
        assert file.error("fails").error_class == "ValueError"
        for name in NAMES - {"fails"}:
            assert file.computed_at(name) == rows[name].attributes["computed_at"]
