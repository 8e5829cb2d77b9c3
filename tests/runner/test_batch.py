"""`runner batch`: jobs from a file and events into a file, started as by Slurm's script."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from dataclasses import asdict

import h5py
import pytest

from damnit_daemon.launch.bundle import place_bundle
from damnit_daemon.launch.environment import user_environment
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.batch import events_name, started_event
from damnit_daemon.runner.protocol import (
    BatchStarted,
    ContextLoaded,
    EventDecoder,
    JobEnded,
    JobStarted,
    RunnerJob,
    VariableDone,
    VariableStarted,
)

from .conftest import USER_PYTHON

CONTEXT = """\
import os
import time
from damnit_ctx import Variable

print("the context file is read")

@Variable
def a(run, number: "meta#run_number"):
    print("a of", number)
    return number

@Variable
def dies(run):
    os.kill(os.getpid(), 11)

@Variable
def z(run, a: "var#a"):
    return 10 * a

@Variable(cluster=True)
def big(run, a: "var#a"):
    return a

@Variable(cluster=True)
def slow(run):
    time.sleep(60)
"""


class Batch:
    """A folder with a submission of some jobs."""

    def __init__(self, path, data_root, jobs, context=CONTEXT):
        self.folder = DamnitFolder(path)
        self.folder.context_file.write_text(context)
        self.submission = path / ".damnit/slurm/one"
        self.submission.mkdir(parents=True)
        lines = [
            json.dumps({"kind": "Job", **asdict(job), "task": task, "ledger_id": 1, "attempt": 1})
            for task, job in jobs
        ]
        (self.submission / "jobs.jsonl").write_text("".join(f"{line}\n" for line in lines))
        self.bundle = place_bundle(self.folder)
        self.environment = user_environment(os.environ, self.bundle)
        self.environment["EXTRA_DATA_DATA_ROOT"] = str(data_root)
        for name in [n for n in self.environment if n.startswith("SLURM_")]:
            del self.environment[name]

    def start(self, task=0, **variables):
        command = [USER_PYTHON, *self.bundle.program, "batch"]
        command += ["--folder", str(self.folder.path)]
        command += ["--submission", str(self.submission), "--task", str(task)]
        return subprocess.Popen(
            command, cwd=self.folder.path, env=self.environment | variables,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, task=0, **variables):
        process = self.start(task, **variables)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def events(self, task=0):
        path = self.submission / events_name(task)
        return EventDecoder().feed(path.read_bytes()) if path.exists() else []

    def log(self, run):
        return (self.folder.process_logs / f"r{run}-p1234.out").read_text()


@pytest.fixture
def batch(tmp_path, data_root):
    def make(*jobs, **options):
        return Batch(tmp_path, data_root, jobs, **options)

    return make


def job(number, run, **options):
    return RunnerJob(f"{number}-1", 1234, run, "raw", **options)


@pytest.mark.extended
def test_batch_processes_jobs_in_sequence_and_retries_after_a_crash(batch):
    made = batch((0, job(7, 1, cluster=False)), (0, job(8, 2, cluster=False)))
    code, output = made.run(SLURM_ARRAY_JOB_ID="12", SLURM_ARRAY_TASK_ID="3")
    assert (code, output) == (0, "")
    events = made.events()
    assert isinstance(events[0], BatchStarted)
    assert events[0].slurm_id == "12_3"
    assert isinstance(events[1], ContextLoaded)
    ended = [event for event in events if isinstance(event, JobEnded)]
    # What ended the process was tried once; the second attempt does the rest.
    assert [(e.job_id, e.outcome) for e in ended] == [("7-1-2", "done"), ("8-1-2", "done")]
    done = {(e.job_id.partition("-")[0], e.name): e for e in events if isinstance(e, VariableDone)}
    assert done["7", "dies"].outcome == "failed"
    assert done["7", "dies"].error == "killed by signal 11 (SIGSEGV)"
    assert done["8", "z"].outcome == "done"
    with h5py.File(done["8", "z"].fragment) as file:
        assert file["z/data"][()] == 20
    with h5py.File(done["8", "dies"].fragment) as file:
        assert file[".errors/dies"].attrs["type"] == "ProcessDied"


@pytest.mark.extended
def test_batch_writes_output_of_each_run_to_its_own_log(batch):
    made = batch((0, job(7, 1, variables=["a"])), (0, job(8, 2, variables=["a"])))
    made.run(SLURM_JOB_ID="5", SLURM_CLUSTER_NAME="maxwell")
    first, second = made.log(1), made.log(2)
    assert "----- Processing r1 (p1234) as " in first
    assert "(job id: 5, cluster: maxwell) -----" in first
    assert "the context file is read" in first
    assert "a of 1" in first
    assert "a of 2" in second
    assert "a of 2" not in first


def test_batch_processes_only_jobs_of_its_task(batch):
    made = batch((0, job(7, 1, variables=["a"])), (1, job(8, 2, variables=["a"])))
    made.run(task=1)
    started = [event.job_id for event in made.events(1) if isinstance(event, JobStarted)]
    assert started == ["8-1-1"]
    assert made.events(0) == []


def test_batch_refuses_task_that_was_begun_before(batch):
    made = batch((0, job(7, 1, variables=["a"])))
    assert made.run()[0] == 0
    before = made.events()
    code, output = made.run()
    assert code == 1
    assert "Refusing to run: the task has already been started" in output
    assert made.events() == before


def test_batch_refuses_revoked_submission(batch):
    made = batch((0, job(7, 1, variables=["a"])))
    (made.submission / "revoked").touch()
    code, output = made.run()
    assert code == 1
    assert "this submission was abandoned" in output
    assert made.events() == []


def test_batch_reports_context_file_that_does_not_load(batch):
    made = batch((0, job(7, 1)), context="import nothing_of_this_name\n")
    assert made.run()[0] == 0
    _, loaded = made.events()
    assert [problem.severity for problem in loaded.problems] == ["error"]


def test_cluster_job_does_not_save_its_dependencies_again(batch):
    made = batch((0, job(7, 1, variables=["big"], cluster=True)))
    made.run()
    done = {e.name: e for e in made.events() if isinstance(e, VariableDone)}
    assert done["a"].fragment == ""
    assert done["big"].fragment
    started = next(e for e in made.events() if isinstance(e, JobStarted))
    assert "dies" not in started.variables


def test_sigterm_ends_batch_and_its_child(batch):
    made = batch((0, job(7, 1, variables=["slow"], cluster=True)))
    process = made.start()
    deadline = time.monotonic() + 30
    while not any(isinstance(e, VariableStarted) for e in made.events()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child = next(e.pid for e in made.events() if isinstance(e, JobStarted))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert not any(isinstance(e, JobEnded) for e in made.events())
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_task_of_a_user_without_a_name_starts_all_the_same(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 987654)  # not in /etc/passwd
    assert started_event({}).user == "user 987654"
