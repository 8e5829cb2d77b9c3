"""Long locks of `runs.sqlite` or of a results file by another program."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager

import pytest

from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.ledger import JobState, RequestKind
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, load_value
from tests.daemon.daemon_process import wait_until

ONE = """
@Variable
def one(run):
    return 1
"""
KEY = RunKey(1234, 1)
LOCK = """
import sqlite3, sys, time
con = sqlite3.connect(sys.argv[1], isolation_level=None)
con.execute("BEGIN " + sys.argv[2])
print("held", flush=True)
time.sleep(float(sys.argv[3]))
"""
HOLD = """
import h5py, sys, time
file = h5py.File(sys.argv[1], sys.argv[2])
print("held", flush=True)
sys.stdin.readline()
time.sleep(float(sys.argv[3]))
"""
DURATIONS_S = [3, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(300)])]


@contextmanager
def another_program(code, *arguments):
    """Runs for as long as the block, if it does not end before."""
    program = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert program.stdout.readline() == "held\n"
        yield program
    finally:
        program.kill()
        program.wait()
        program.stdin.close()
        program.stdout.close()


@pytest.mark.extended
@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
@pytest.mark.parametrize("duration_s", DURATIONS_S)
def test_locked_database_delays_runs_without_losing_any(experiment, lock, duration_s):
    it = experiment(ONE)
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, one=1)
    it.all_over(1)
    with another_program(LOCK, it.folder.database, lock, duration_s) as program:
        it.arrive(2)
        it.arrive(3)
        program.wait()
    wait_until(lambda: it.cells(2) == it.cells(3) == {"one": 1}, timeout_s=60)
    assert {job.state for job in it.all_over(3)} == {JobState.DONE}
    wait_until(lambda: not list(it.folder.fragments()))
    assert it.folder.results_file(RunKey(1234, 3)).exists()


@pytest.mark.extended
@pytest.mark.parametrize("mode", ["r", "r+"])
@pytest.mark.parametrize(
    "duration_s", [4, pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(300)])]
)
def test_daemon_waits_for_a_results_file_held_by_another_program(experiment, mode, duration_s):
    it = experiment(ONE)
    it.start_daemon()
    it.arrive(1)
    it.all_over(1)
    it.folder.context_file.write_text("from damnit_ctx import *\n" + ONE.replace("1", "22"))
    with another_program(HOLD, it.folder.results_file(KEY), mode, duration_s) as program:
        it.ask(RequestKind.REPROCESS, runs=[list(KEY)])
        it.has_cells(1, one=22)
        assert program.poll() is None  # the table does not wait
        program.stdin.write("the cell is there: hold on for some time, then let go\n")
        program.stdin.flush()
        program.wait()
    it.all_over(2)
    wait_until(lambda: not list(it.folder.fragments()), timeout_s=60)
    with ResultsFile(it.folder.results_file(KEY)) as file:
        assert file.read("one") == 22
        with Database(it.folder.database).reading() as con:
            stored = load_value(con, KEY, "one").attributes["computed_at"]
        assert file.computed_at("one") == stored
