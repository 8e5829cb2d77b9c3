"""The system clock set back an hour while the daemon works.

The clock of a whole machine is not ours to set. So each Python that the test
starts, the user's too, finds a `sitecustomize` that adds to `time.time()` what a
file says; the clocks that nobody sets (`time.monotonic`) stay as they are.
"""

from __future__ import annotations

import time

import pytest

from damnit_daemon.ledger import JobState, RequestKind
from damnit_daemon.model import RunKey
from damnit_daemon.store import ChangeFeed, Database, load_runs
from tests.daemon.daemon_process import wait_until
from tests.processes import is_running

HOUR_S = 3600.0
SITECUSTOMIZE = """\
import time
from pathlib import Path

offset = Path({offset!r})
real = time.time


def shifted():
    try:
        return real() + float(offset.read_text())
    except (OSError, ValueError):
        return real()


time.time = shifted
time.time_ns = lambda: int(shifted() * 1e9)
"""
CONTEXT = """\
from pathlib import Path
from damnit_ctx import Variable

@Variable
def version(run):
    return {version}

@Variable
def calls(run, run_number: "meta#run_number"):
    with open({calls!r}, "a") as file:
        file.write(f"{{run_number}}\\n")
    return run_number
"""
pytestmark = pytest.mark.timeout(300)


class Clock:
    """What the processes of an experiment take for the time."""

    def __init__(self, path):
        self._offset = path / "offset"
        self.set(0.0)
        (path / "sitecustomize.py").write_text(SITECUSTOMIZE.format(offset=str(self._offset)))

    def set(self, offset_s):
        new = self._offset.with_suffix(".new")
        new.write_text(str(offset_s))
        new.rename(self._offset)


@pytest.fixture
def shifted(experiment, tmp_path):
    calls = tmp_path / "calls"
    calls.touch()
    site = tmp_path / "site"
    site.mkdir()
    made = experiment(CONTEXT.format(version=1, calls=str(calls)))
    made.clock, made.calls = Clock(site), calls
    made.environment["PYTHONPATH"] = str(site)
    return made


def evaluated(made):
    return sorted(int(line) for line in made.calls.read_text().split())


@pytest.mark.extended
def test_runs_before_and_after_a_clock_step_are_processed_once(shifted):
    daemon = shifted.start_daemon()
    shifted.arrive(1)
    shifted.all_over(1)
    seen = ChangeFeed(Database(shifted.folder.database))
    seen.changes()
    lease = shifted.lease()

    shifted.clock.set(-HOUR_S)
    shifted.arrive(2)
    shifted.has_cells(2, version=1, calls=2)
    jobs = shifted.all_over(2)
    assert {job.state for job in jobs} == {JobState.DONE}
    assert evaluated(shifted) == [1, 2]
    assert daemon.poll() is None
    assert shifted.lease().holder == lease.holder
    with Database(shifted.folder.database).reading() as con:
        added = {row.key: row.added_at for row in load_runs(con)}
    behind_s = time.time() - added[RunKey(1234, 2)]
    assert behind_s == pytest.approx(HOUR_S, abs=60)  # the step was felt

    found = seen.changes()  # somebody whose clock is right, and who looks
    seen.close()
    assert {value.key.run for value in found.values} >= {2}


@pytest.mark.extended
def test_value_reprocessed_after_a_clock_step_replaces_the_old_value(shifted):
    shifted.start_daemon()
    shifted.arrive(1)
    shifted.has_cells(1, version=1)
    shifted.all_over(1)
    shifted.clock.set(-HOUR_S)
    text = CONTEXT.format(version=2, calls=str(shifted.calls))
    shifted.folder.context_file.write_text(text)
    shifted.ask(RequestKind.REPROCESS, runs=[[1234, 1]])
    shifted.has_cells(1, version=2)
    shifted.all_over(2)


@pytest.mark.extended
def test_daemon_killed_after_a_clock_step_is_replaced_without_repeated_jobs(shifted):
    first = shifted.start_daemon()
    shifted.arrive(1)
    shifted.has_cells(1, version=1)
    shifted.all_over(1)
    shifted.clock.set(-HOUR_S)
    first.kill()
    first.wait()
    wait_until(lambda: not is_running(first.pid))
    shifted.arrive(2)
    shifted.start_daemon()
    shifted.has_cells(2, version=1)
    shifted.all_over(2)
    assert evaluated(shifted) == [1, 2]
