"""A single failing system call in a working daemon."""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest

from damnit_daemon.hdf5 import ResultsFile
from damnit_daemon.ledger import JobState
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, save_setting
from tests.daemon.builders import is_error
from tests.daemon.daemon_process import wait_until
from tests.faults.injector import ERRNOS, OPERATIONS, Injector, can_compile
from tests.fuzz.budget import report, rounds

pytestmark = pytest.mark.skipif(not can_compile(), reason="there is no C compiler")

CONTEXT = """
import numpy as np, xarray as xr
@Variable
def number(run, n: "meta#run_number"):
    return n
@Variable
def words(run, number: "var#number"):
    return f"run {number}"
@Variable
def array(run, number: "var#number"):
    return np.arange(1000.0) + number
@Variable
def labelled(run, number: "var#number"):
    return xr.DataArray(np.arange(200) + number, dims="x", coords={"x": np.arange(200) * 0.5})
@Variable
def fails(run, number: "var#number"):
    raise ValueError(f"in run {number}")
"""


class Attacked:
    """A daemon that takes run after run, each with one fault."""

    def __init__(self, experiment, path) -> None:
        self.it = experiment(CONTEXT, folder_path=path / "amore")
        self.injector = Injector(path, self.it.folder.path)
        with Database(self.it.folder.database).writing() as con:
            save_setting(con, "context_python", str(self.injector.python(path / "python")))
        self.it.environment |= self.injector.environment
        self.daemon = self.it.start_daemon()
        self.ended = 0

    def over(self, run):
        """The run's job, if it is over; the daemon is started again where it has ended."""
        if self.daemon.poll() is not None:
            self.ended += 1
            assert "Traceback" not in self.it.log_text(), self.it.log_text()[-3000:]
            self.injector.count(0)
            self.daemon = self.it.start_daemon()
        jobs = [job for job in self.it.jobs() if job.run_key.run == run]
        return jobs[-1] if jobs and all(job.state.is_over for job in jobs) else None

    def process(self, run):
        """Have a run come, and wait until it is over; also, how many system calls failed."""
        self.it.arrive(run)
        job = wait_until(lambda: self.over(run), timeout_s=180)
        injected = self.injector.injected
        self.injector.count(0)
        return job, injected

    def judge(self, run, job):
        """Whether all is there; what is wrong with it."""
        wanted = {"number": run, "words": f"run {run}", "fails": ("ValueError", f"in run {run}")}
        found = self.it.cells(run)
        wrong, complete = [], True
        for name, expected in wanted.items():
            value = found.get(name)
            if value == expected:
                continue
            complete = False
            if value is not None and not is_error(value):
                wrong.append(f"{name} is {value!r}")
            elif value is None and job.state is JobState.DONE and not job.reason:
                wrong.append(f"{name} is missing, and the job is done")
        results = self.it.folder.results_file(RunKey(1234, run))
        if not results.exists():
            complete = False
            if job.state is JobState.DONE and not job.reason:
                wrong.append("there is no results file, and the job is done")
            return complete, wrong
        with ResultsFile(results) as file:
            for name, first in (("array", 0.0), ("labelled", 0)):
                if is_error(found.get(name)) or not file.has_data(name):
                    complete = False
                elif list(file.read(name)[:2]) != [first + run, first + run + 1]:
                    wrong.append(f"{name} is {file.read(name)!r} in the results file")
        return complete, wrong


@pytest.mark.extended
def test_failing_system_call_in_the_daemon_stores_no_wrong_value(experiment, tmp_path):
    it = Attacked(experiment, tmp_path)
    it.injector.count(sum(OPERATIONS.values()))
    job, _ = it.process(1)
    assert it.judge(1, job) == (True, []), it.it.cells()
    chance = random.Random(int(os.environ.get("DAMNIT_FUZZ_SEED", "0")))
    tried = survived = said = 0
    failures = []
    it.injector.count(sum(OPERATIONS.values()))
    it.it.arrive(2)
    wait_until(lambda: it.over(2))
    counts = Counter(operation for operation, _, _ in it.injector.log())
    kinds = [(name, error) for name in OPERATIONS for error in ERRNOS[name]]
    order = []
    for number in rounds(3):
        if not order:
            order = chance.sample(kinds, len(kinds))
        name, error = order.pop()
        run = 100 + number
        at = chance.randrange(max(1, counts[OPERATIONS[name]]))
        it.injector.fail(OPERATIONS[name], at, error)
        job, injected = it.process(run)
        try:
            complete, wrong = it.judge(run, job)
        except Exception as caught:  # noqa: BLE001 - a folder that cannot be read is a finding
            complete, wrong = False, [f"{type(caught).__name__}: {caught}"]
        tried += injected > 0
        survived += complete and injected > 0
        said += not complete and not wrong
        if wrong:
            failures.append((name, at, os.strerror(error), injected, wrong, job))
            print(*failures[-1], it.it.log_text()[-3000:], sep="\n")
    print("daemons that ended with a reason:", it.ended)
    report(
        "system calls of a daemon", tried=tried, survived=survived, told=said, wrong=len(failures)
    )
    assert not failures, "\n".join(map(str, failures))
