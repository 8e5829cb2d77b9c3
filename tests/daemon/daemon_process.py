"""A proposal that grows, its DAMNIT folder, and a daemon that runs as a process of its own."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from damnit_daemon.demo import make_proposal, write_run
from damnit_daemon.ledger import (
    JobState,
    Ledger,
    RequestKind,
    add_request,
    get_value,
    load_jobs,
    load_lease,
    load_request,
)
from damnit_daemon.services.arrival_threads import OLDER
from damnit_daemon.store import Database, save_setting
from tests.daemon.builders import cells, make_damnit_folder
from tests.processes import is_running

READY = "Working in"
QUICK = {
    "watch_settle_s": "0",
    "watch_interval_s": "0.1",
    "watch_backfill": "all",
    "noncluster_cpus": "1",
    "local_jobs": "1",
}
MARK = "DAMNIT_TEST_MARK"


def wait_until(condition, *, timeout_s=60.0, every_s=0.02):
    """Wait for something true; fail if it does not come."""
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"nothing came of it within {timeout_s} s"
        time.sleep(every_s)
    return found


class Experiment:
    """A proposal with its DAMNIT folder, and the daemons that were started in it."""

    def __init__(self, path, context, *, folder_path=None, **settings):
        self.path = path
        self.proposal = make_proposal(path / "exfel")
        self.folder = make_damnit_folder(folder_path or self.proposal.damnit_folder, context)
        self.ledger = Ledger(self.folder.ledger)
        self.log = path / "daemon.log"
        self.daemons = []
        self.environment = {"AMORE_BROKER": "" if "broker" in settings else "none"}
        """What the daemons find in theirs."""
        self._mark = uuid.uuid4().hex
        self.set(**QUICK | settings)

    def set(self, **settings):
        with Database(self.folder.database).writing() as con:
            for key, value in settings.items():
                save_setting(con, key, value)

    def arrive(self, run, *, proc=False):
        write_run(self.proposal, run, camera=False, proc=proc)

    @property
    def full_environment(self):
        """That of the daemons; by it their processes are found."""
        own = {"EXTRA_DATA_DATA_ROOT": str(self.proposal.root), MARK: self._mark}
        return os.environ | own | self.environment

    def start_daemon(self, *, wait=True):
        """Start one more; it has to be at work unless we do not wait."""
        begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "damnit_daemon.cli", "run"],
                cwd=self.folder.path, env=self.full_environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.daemons.append(daemon)
        if wait:
            wait_until(lambda: READY in self.log_text(begin) or daemon.poll() is not None)
            assert daemon.poll() is None, self.log_text(begin)
        return daemon

    def log_text(self, begin=0):
        """The log of the daemons, from some byte on."""
        return self.log.read_bytes()[begin:].decode()

    def processes(self):
        """All that the daemons started and that still run, whoever adopted them."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                if f"{MARK}={self._mark}".encode() in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                continue
        return [pid for pid in found if is_running(pid)]

    def close(self):
        """End what is left; a test that cares looks at `processes` before."""
        for daemon in self.daemons:
            if daemon.poll() is None:
                daemon.send_signal(signal.SIGCONT)
                daemon.kill()
            daemon.wait()
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def cells(self, run=1):
        """Values of a run by name, without its start."""
        return {
            name: value for name, value in cells(self.folder, run).items() if name != "start_time"
        }

    def has_cells(self, run=1, **wanted):
        return wait_until(lambda: self.cells(run).items() >= wanted.items())

    def jobs(self, *states):
        """Jobs, the oldest first."""
        if not self.ledger.exists():
            return []
        with self.ledger.reading() as con:
            return load_jobs(con, states=states or None)[::-1]

    def all_over(self, number):
        """Wait until so many jobs are over, and none is left."""

        def over():
            jobs = self.jobs()
            return len(jobs) >= number and all(job.state.is_over for job in jobs) and jobs

        return wait_until(over, timeout_s=100)

    def looked(self):
        """Whether a daemon has seen what was there before it."""
        with self.ledger.reading() as con:
            return get_value(con, OLDER) is not None

    def running(self):
        return self.jobs(JobState.RUNNING)

    def lease(self):
        with self.ledger.reading() as con:
            return load_lease(con)

    def ask(self, kind: RequestKind, **payload):
        """Write a request, as another program does, and wait for the answer."""
        with self.ledger.writing() as con:
            number = add_request(
                con, kind, payload,
                user=getpass.getuser(), host=socket.gethostname(), now=time.time(),
            )  # fmt: skip

        def answered():
            with self.ledger.reading() as con:
                request = load_request(con, number)
            return request if request.is_over else None

        return wait_until(answered)


@pytest.fixture
def experiment(tmp_path):
    """Make an experiment with a context file; what it started ends with the test."""
    made = []

    def make(context, **settings):
        made.append(Experiment(tmp_path, context, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()
