"""The whole daemon with a real Slurm: no job lost, none run twice, correct reasons."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import pytest

from damnit_daemon.ledger import (
    JobState,
    LeaseLost,
    Ledger,
    NewJob,
    RequestKind,
    add_job,
    load_files,
    load_job,
    record_arrival,
)
from damnit_daemon.model import RunKey
from damnit_daemon.model.arrival import Arrival, ArrivalSource
from damnit_daemon.services.awaited_files import NOT_YET
from damnit_daemon.services.cluster import Cluster, QueuedJob
from damnit_daemon.services.cluster.commands import Give
from damnit_daemon.services.combiner import Combiner
from damnit_daemon.services.events import JobInterrupted
from damnit_daemon.slurm import Fate
from damnit_daemon.submission import submissions
from tests.daemon.builders import make_damnit_folder
from tests.daemon.daemon_process import experiment, wait_until

from .fixtures import client_of
from .jobs import submission, wait_running

__all__ = ["experiment"]

pytestmark = pytest.mark.timeout(600)

CONTEXT = """\
import os
import time
from pathlib import Path
from damnit_ctx import Variable

def note(name, number):
    with open({calls!r}, "a") as file:
        file.write(f"{{name}} {{number}} {{os.environ.get('SLURM_ARRAY_JOB_ID', '')}}\\n")

@Variable
def early(run, number: "meta#run_number"):
    note("early", number)
    return number

@Variable(cluster=True)
def heavy(run, early: "var#early"):
    note("heavy", early)
    end = time.monotonic() + {seconds}
    while time.monotonic() < end and not Path({calls!r} + ".go").exists():
        time.sleep(0.05)
    return 10 * early

@Variable(cluster=True)
def late(run, heavy: "var#heavy"):
    return heavy + 1
"""
OUTAGES_S = [4, pytest.param(60, marks=pytest.mark.slow)]


class Shift:
    """An experiment whose daemon knows a Slurm, and what its variables did."""

    def __init__(self, made, calls):
        self.made = made
        self.calls = calls

    def called(self, name=None):
        """How often each variable was called, of which run."""
        lines = [line.split(" ") for line in self.calls.read_text().splitlines()]
        return Counter(int(run) for each, run, _ in lines if name in (None, each))

    def arrays(self):
        return {line.split(" ")[2] for line in self.calls.read_text().splitlines()} - {""}

    def let_go(self):
        self.calls.with_name(f"{self.calls.name}.go").touch()

    def reprocess(self, *runs, **payload):
        answer = self.made.ask(RequestKind.REPROCESS, runs=[[1234, run] for run in runs], **payload)
        return answer.answer["jobs"]

    def job(self, number):
        return next(job for job in self.made.jobs() if job.id == number)

    def until(self, number, *states, timeout_s=120):
        def reached():
            job = self.job(number)
            return job if job.state in states else None

        return wait_until(reached, timeout_s=timeout_s, every_s=0.1)

    def all_done(self, runs, timeout_s=200):
        def done():
            jobs = self.made.jobs()
            return len(jobs) >= runs and all(job.state.is_over for job in jobs)

        wait_until(done, timeout_s=timeout_s, every_s=0.1)
        return self.made.jobs()


@pytest.fixture
def shift(experiment, slurm, tmp_path):
    """Make a shift: settings, and how long the heavy variable takes."""

    def make(*, runs=0, seconds=0, context=CONTEXT, **settings):
        calls = tmp_path / "calls"
        calls.touch()
        defaults = {
            "trigger": "none",
            "executor": "slurm",
            "slurm_poll_s": "0.5",
            "slurm_time": "00:30:00",
            "noncluster_mem": "300M",
            "slurm_mem": "300M",
            "slurm_exclusive": "no",  # the cluster has two nodes
        }
        made = experiment(context.format(calls=str(calls), seconds=seconds), **defaults | settings)
        made.environment |= slurm.environment
        for run in range(1, runs + 1):
            made.arrive(run)
        return Shift(made, calls)

    yield make
    slurm.run("scancel", "--user=root", check=False)
    wait_until(lambda: not slurm.run("squeue", "-h", check=False).strip(), timeout_s=60)


def test_only_cluster_variables_run_in_slurm(shift):
    it = shift(runs=1, executor="auto")
    it.made.start_daemon()
    it.reprocess(1)
    first, second = it.all_done(2)
    assert (first.executor, second.executor) == ("local", "slurm")
    assert it.made.cells(1) == {"early": 1, "heavy": 10, "late": 11}
    # What the first had saved was not saved again; a number is computed once more.
    assert it.called("heavy") == {1: 1}
    log = it.made.folder.process_logs / "r1-p1234.out"
    assert f"(job id: {second.slurm_id}, cluster: " in log.read_text()
    assert not list((it.made.folder.internals / "slurm").iterdir())


def test_cluster_variable_has_all_cores_and_memory_of_its_node(shift, slurm):
    usual = {"slurm_exclusive": "", "slurm_mem": ""}
    it = shift(runs=2, seconds=200, executor="auto", **usual)
    it.made.start_daemon()
    it.reprocess(1, 2)
    wait_until(lambda: len(it.called("heavy")) == 2, timeout_s=100)
    design = slurm.design
    nodes = slurm.run("squeue", "-h", "-r", "-o", "%N %C").splitlines()
    assert sorted(nodes) == [f"{name} {design.cpus}" for name in design.node_names]
    memory = slurm.run("sinfo", "-h", "-N", "-p", "upex", "-O", "AllocMem").split()
    assert memory == [str(design.memory_mb)] * design.nodes
    it.let_go()
    assert {job.state for job in it.all_done(4)} == {JobState.DONE}


ONLY_CLUSTER = """\
from damnit_ctx import Variable

@Variable(cluster=True)
def first(run, number: "meta#run_number"):
    return number

@Variable(cluster=True)
def second(run, first: "var#first"):
    return first + 1
"""


@pytest.mark.extended
@pytest.mark.parametrize(
    ("context", "wanted"),
    [
        pytest.param(ONLY_CLUSTER, {}, id="all are for the cluster"),
        pytest.param(CONTEXT, {"variables": ["heavy"]}, id="only one is wanted"),
    ],
)
def test_first_job_without_variables_is_not_submitted(shift, context, wanted):
    # What shares nodes asks for more than the cluster has: it would never start.
    it = shift(runs=1, context=context, noncluster_mem="900G")
    it.made.start_daemon()
    it.reprocess(1, **wanted)
    (only,) = it.all_done(1)
    assert (only.state, only.executor) == (JobState.DONE, "slurm")
    assert it.made.cells(1) == ({"heavy": 10} if wanted else {"first": 1, "second": 2})


@pytest.mark.extended
def test_files_of_a_run_are_recorded_if_all_variables_are_for_the_cluster(shift):
    it = shift(runs=1, context=ONLY_CLUSTER)
    it.made.start_daemon()
    it.reprocess(1)
    it.all_done(1)
    with it.made.ledger.reading() as con:
        assert load_files(con)[RunKey(1234, 1), "raw"].number == 1


@pytest.mark.extended
def test_variables_for_the_cluster_follow_after_the_daemon_was_killed_in_the_first_job(shift):
    waits = "    while not Path({calls!r} + '.go').exists():\n        time.sleep(0.05)\n"
    text = CONTEXT.replace("    return number\n", f"{waits}    return number\n")
    it = shift(runs=1, context=text)
    it.made.start_daemon()
    it.reprocess(1)
    wait_until(lambda: it.called("early"), timeout_s=60)
    it.made.daemons[-1].kill()
    it.made.daemons[-1].wait()
    it.made.start_daemon()
    it.let_go()
    it.all_done(2)
    assert it.made.cells(1) == {"early": 1, "heavy": 10, "late": 11}


@pytest.mark.extended
def test_job_of_announced_run_waits_for_late_files(shift):
    it = shift()
    it.made.start_daemon()
    announced = Arrival(ArrivalSource.KAFKA, "event", RunKey(1234, 1), "raw", time.time())
    with it.made.ledger.writing() as con:
        record_arrival(con, announced, now=time.time())
    waits = wait_until(
        lambda: [j for j in it.made.jobs(JobState.QUEUED) if j.reason.startswith(NOT_YET)]
    )
    assert "There is no raw data of run 1" in waits[0].reason
    it.made.arrive(1)
    jobs = it.all_done(2)  # the cluster's variables are a second one
    assert [(job.state, job.executor) for job in jobs] == [(JobState.DONE, "slurm")] * 2
    assert it.made.cells(1) == {"early": 1, "heavy": 10, "late": 11}
    assert it.called("heavy") == {1: 1}


@pytest.mark.extended
def test_thirty_runs_are_processed_two_at_a_time(shift, slurm):
    it = shift(runs=30, concurrent_jobs="2", executor="slurm", slurm_poll_s="1")
    it.made.start_daemon()
    most = 0

    def watch():
        nonlocal most
        states = slurm.run("squeue", "-h", "-r", "-t", "RUNNING", "-o", "%i").split()
        most = max(most, *Counter(each.partition("_")[0] for each in states).values(), 0)
        jobs = it.made.jobs()
        return len(jobs) >= 60 and all(job.state.is_over for job in jobs)

    it.reprocess(*range(1, 31))
    wait_until(watch, timeout_s=200, every_s=0.2)
    assert 1 <= most <= 2
    assert it.called("heavy") == dict.fromkeys(range(1, 31), 1)
    assert {job.state for job in it.made.jobs()} == {JobState.DONE}
    for run in (1, 17, 30):
        assert it.made.cells(run) == {"early": run, "heavy": 10 * run, "late": 10 * run + 1}
    first_stage = {job.slurm_id.partition("_")[0] for job in it.made.jobs() if not job.cluster}
    assert len(first_stage) == 1  # one array for all


@pytest.mark.extended
def test_runs_share_a_slurm_job_with_runs_per_job(shift):
    it = shift(runs=5, runs_per_job="3")
    it.made.start_daemon()
    it.reprocess(*range(1, 6))
    it.all_done(10)
    tasks = {job.slurm_id for job in it.made.jobs() if not job.cluster}
    assert len(tasks) == 2
    assert it.called("heavy") == dict.fromkeys(range(1, 6), 1)


@pytest.mark.extended
def test_job_runs_in_reservation_rather_than_partition(shift, slurm):
    slurm.reserve("beamtime", nodes="n2")
    try:
        it = shift(runs=1, slurm_partition="allgpu", slurm_reservation="beamtime", seconds=30)
        it.made.start_daemon()
        it.reprocess(1)
        wait_until(lambda: it.called("heavy"), timeout_s=60)
        asked = slurm.run("squeue", "-h", "-t", "RUNNING", "-o", "%v %N").split()
        assert asked == ["beamtime", "n2"]
        it.let_go()
        it.all_done(2)
    finally:
        slurm.run("scancel", "--user=root", check=False)
        slurm.run("scontrol", "delete", "reservation=beamtime", check=False)


@pytest.mark.extended
def test_jobs_wait_with_reason_when_reservation_has_ended(shift):
    it = shift(runs=1, slurm_reservation="bygone")
    it.made.start_daemon()
    it.reprocess(1)

    def says_so():
        waiting = [job for job in it.made.jobs() if job.state is JobState.QUEUED]
        return any("There is no such reservation; it may have ended" in j.reason for j in waiting)

    wait_until(says_so, timeout_s=90, every_s=0.1)
    it.made.set(slurm_reservation="")  # somebody mends it
    it.all_done(2, timeout_s=60)
    assert it.made.cells(1)["heavy"] == 10


@pytest.mark.extended
def test_waiting_jobs_are_resubmitted_after_their_reservation_ends(shift, slurm):
    slurm.reserve("passing", nodes="n2")
    options = {"slurm_reservation": "passing", "slurm_options": "--exclusive"}
    it = shift(runs=2, seconds=200, executor="auto", **options)
    it.made.start_daemon()
    it.reprocess(1, 2)
    wait_until(lambda: it.called("heavy"), timeout_s=60)
    slurm.expire("passing")

    def says_so():
        waiting = [job for job in it.made.jobs() if job.state is JobState.QUEUED]
        return any("There is no such reservation" in job.reason for job in waiting)

    wait_until(says_so, timeout_s=100, every_s=0.1)
    it.let_go()
    it.made.set(slurm_reservation="", slurm_options="")  # somebody mends it
    jobs = it.all_done(4, timeout_s=150)
    ends = [job for job in jobs if job.state is not JobState.DONE]
    assert all("the reservation passing ended" in job.reason for job in ends)
    assert len(ends) <= 1  # the one that ran
    (other,) = {1, 2} - {job.run_key.run for job in ends} or {2}
    assert it.made.cells(other)["late"] == 10 * other + 1


@pytest.mark.extended
def test_job_cancelled_with_scancel_has_reason_and_can_be_retried(shift, slurm):
    it = shift(runs=1, seconds=60)
    it.made.start_daemon()
    it.reprocess(1)
    wait_until(lambda: it.called("heavy"), timeout_s=60)
    number = it.made.jobs()[-1].id
    slurm.run("scancel", it.job(number).slurm_id)
    job = it.until(number, JobState.CANCELLED)
    assert "cancelled in Slurm" in job.reason
    assert it.made.cells(1)["early"] == 1
    assert "cancelled in Slurm" in _errors(it.made, 1)["heavy"]
    it.let_go()
    (again,) = it.made.ask(RequestKind.RETRY, jobs=[number]).answer["jobs"]
    it.until(again, JobState.DONE)
    assert it.made.cells(1) == {"early": 1, "heavy": 10, "late": 11}


@pytest.mark.extended
def test_cancel_request_ends_job_in_slurm(shift, slurm):
    it = shift(runs=2, seconds=60, concurrent_jobs="1")
    it.made.start_daemon()
    it.reprocess(1, 2)
    wait_until(lambda: it.called("heavy"), timeout_s=60)
    jobs = [job for job in it.made.jobs() if job.cluster]
    it.made.ask(RequestKind.CANCEL, jobs=[job.id for job in jobs])
    for job in jobs:
        assert "cancelled by root@" in it.until(job.id, JobState.CANCELLED).reason
    wait_until(lambda: not slurm.run("squeue", "-h").strip())
    assert sum(it.called("heavy").values()) == 1


GREEDY = """\
from damnit_ctx import Variable
import time

@Variable
def before(run):
    return 1

@Variable
def greedy(run, before: "var#before"):
    from multiprocessing import shared_memory
    block = shared_memory.SharedMemory(create=True, size=700_000_000)
    for start in range(0, 700_000_000, 1_000_000):
        block.buf[start:start + 1_000_000] = bytes(1_000_000)
    block.unlink()
    time.sleep(60)

@Variable
def sober(run):
    return 2
"""


@pytest.mark.extended
def test_variable_beyond_memory_limit_fails_alone(shift):
    """Our own limit ends its process before Slurm ends the job."""
    text = "from damnit_ctx import Variable\n@Variable\ndef big(run):\n    return bytearray(10**9)"
    it = shift(runs=1, context=text + "\n@Variable\ndef small(run):\n    return 1\n")
    it.made.start_daemon()
    (number,) = it.reprocess(1)
    it.until(number, JobState.DONE)
    assert it.made.cells(1)["small"] == 1
    errors = _errors(it.made, 1)
    assert errors["big"] == "It needed more memory than its limit of 0.299 GB"


@pytest.mark.extended
def test_job_killed_by_slurm_for_memory_shows_reason_in_cell(shift, slurm):
    it = shift(runs=1, context=GREEDY.replace("{", "{{").replace("}", "}}"))
    it.made.start_daemon()
    (number,) = it.reprocess(1, variables=["before", "greedy"])
    job = it.until(number, JobState.FAILED, JobState.DONE)
    error = _errors(it.made, 1)["greedy"]
    assert "memory" in error, (error, job.reason)
    assert it.made.cells(1)["before"] == 1
    assert job.state is JobState.FAILED
    assert "damnit-daemon retry --mem" in job.reason
    (again,) = it.made.ask(RequestKind.RETRY, jobs=[number], memory="2G").answer["jobs"]
    it.until(again, JobState.RUNNING)
    assert slurm.run("squeue", "-h", "-o", "%m").split() == ["2G"]


@pytest.mark.extended
def test_job_ended_by_slurm_time_limit_is_retried_with_more_time(shift, slurm):
    it = shift(runs=1, seconds=200)
    it.made.start_daemon()
    it.reprocess(1)
    wait_until(lambda: it.called("heavy"), timeout_s=60)
    job = wait_until(lambda: next((j for j in it.made.running() if j.cluster), None))
    end = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(time.time() + 2))
    number = slurm.run("squeue", "-h", "-r", "-o", "%A").split()[0]
    slurm.run("scontrol", "update", f"jobid={number}", f"EndTime={end}")
    job = it.until(job.id, JobState.FAILED, timeout_s=200)
    assert "time limit" in job.reason
    assert "damnit-daemon retry --time" in job.reason
    assert "time limit" in _errors(it.made, 1)["heavy"]
    asked = it.made.ask(RequestKind.RETRY, jobs=[job.id], time="02:15:00")
    (again,) = asked.answer["jobs"]
    it.until(again, JobState.RUNNING)
    assert slurm.run("squeue", "-h", "-t", "R", "-o", "%l").split() == ["2:15:00"]
    it.let_go()
    it.until(again, JobState.DONE)
    assert it.made.cells(1)["heavy"] == 10


@pytest.mark.extended
def test_job_of_failed_node_is_done_again(shift, slurm):
    it = shift(runs=1, seconds=100, slurm_options="--nodelist=n2")
    it.made.start_daemon()
    it.reprocess(1)
    wait_until(lambda: it.called("heavy"), timeout_s=60)
    slurm.kill_node("n2")
    it.let_go()
    try:
        wait_until(lambda: slurm.node_state("n2").startswith("down"), timeout_s=60)
    finally:
        slurm.start_node("n2")
    jobs = it.all_done(2, timeout_s=100)
    assert {(job.state, job.reason) for job in jobs} == {(JobState.DONE, "")}
    assert it.made.cells(1) == {"early": 1, "heavy": 10, "late": 11}
    assert it.called("heavy") == {1: 2}


@pytest.mark.extended
@pytest.mark.parametrize("outage_s", OUTAGES_S)
def test_jobs_survive_outage_of_slurmctld(shift, slurm, outage_s):
    it = shift(runs=4, seconds=3, concurrent_jobs="2")
    it.made.start_daemon()
    it.reprocess(1, 2)
    wait_until(lambda: it.called("heavy"), timeout_s=60)
    slurm.stop_controller()
    began = time.monotonic()
    try:
        third, _ = it.reprocess(3, 4)

        def waits():
            return "Slurm cannot be reached" in it.job(third).reason

        wait_until(waits, timeout_s=90, every_s=0.1)
        assert it.job(third).state is JobState.QUEUED
        wait_until(lambda: time.monotonic() - began > outage_s, timeout_s=outage_s + 5)
    finally:
        slurm.start_controller()
    jobs = it.all_done(8, timeout_s=200)
    assert {job.state for job in jobs} == {JobState.DONE}
    assert it.called("heavy") == dict.fromkeys([1, 2, 3, 4], 1)


@pytest.mark.extended
def test_jobs_run_locally_while_slurm_is_down_with_fallback_setting(shift, slurm):
    it = shift(runs=1, slurm_fallback="local")
    it.made.start_daemon()
    slurm.stop_controller()
    try:
        (number,) = it.reprocess(1)
        assert it.until(number, JobState.DONE).executor == "local"
        assert it.made.cells(1) == {"early": 1, "heavy": 10, "late": 11}
    finally:
        slurm.start_controller()


@pytest.mark.extended
def test_restarted_daemon_finds_its_twenty_jobs_in_slurm(shift, slurm):
    it = shift(runs=20, seconds=200, concurrent_jobs="20", executor="auto")
    it.made.start_daemon()
    it.reprocess(*range(1, 21))
    wait_until(lambda: len(it.called("heavy")) == 20, timeout_s=120)
    assert len(slurm.run("squeue", "-h", "-r", "-t", "RUNNING").splitlines()) == 20
    for _ in range(3):
        it.made.daemons[-1].send_signal(signal.SIGKILL)
        it.made.daemons[-1].wait()
        it.made.start_daemon()
    it.let_go()
    jobs = it.all_done(40, timeout_s=200)
    assert {job.state for job in jobs} == {JobState.DONE}
    assert it.called("heavy") == dict.fromkeys(range(1, 21), 1)
    for run in range(1, 21):
        assert it.made.cells(run) == {"early": run, "heavy": 10 * run, "late": 10 * run + 1}
    assert not list(it.made.folder.extracted_data.glob("*.ready.h5"))


@pytest.mark.extended
def test_daemon_killed_during_submission_submits_only_once(shift):
    it = shift(runs=3)
    it.made.start_daemon()
    it.reprocess(1, 2, 3)
    wait_until(lambda: any(j.state is JobState.SUBMITTED for j in it.made.jobs()), every_s=0.005)
    it.made.daemons[-1].kill()
    it.made.daemons[-1].wait()
    it.made.start_daemon()
    jobs = it.all_done(6)
    assert {job.state for job in jobs} == {JobState.DONE}
    assert it.called("heavy") == dict.fromkeys([1, 2, 3], 1)


@pytest.mark.extended
def test_foreign_job_with_noted_number_is_not_cancelled(shift, slurm, tmp_path):
    client = client_of(slurm)
    foreign = client.submit(submission(tmp_path, "sleep 200"))
    wait_running(client, foreign)
    it = shift(runs=1, seconds=200, executor="auto")
    it.made.start_daemon()
    it.reprocess(1)
    wait_until(lambda: it.called("heavy"), timeout_s=60)
    it.made.daemons[-1].kill()
    it.made.daemons[-1].wait()
    (noted,) = (it.made.folder.internals / "slurm").glob("*/slurm_id")
    noted.write_text(f"{foreign.id}\n")
    it.made.start_daemon()
    (job,) = wait_until(it.made.running)
    it.made.ask(RequestKind.CANCEL, jobs=[job.id])
    job = it.until(job.id, JobState.CANCELLED)
    assert job.slurm_id.split("_")[0] != foreign.id
    assert client.poll([foreign])[foreign].fate is Fate.RUNS
    assert "is not that of" in it.made.log_text()


@pytest.mark.extended
def test_jobs_wait_while_context_file_does_not_load(shift):
    it = shift(runs=1)
    text = it.made.folder.context_file.read_text()
    it.made.folder.context_file.write_text("import nothing_of_this_name\n")
    it.made.start_daemon()
    (number,) = it.reprocess(1)

    def says_so():
        job = it.job(number)
        return job.state is JobState.QUEUED and "nothing_of_this_name" in job.reason

    wait_until(says_so, timeout_s=60, every_s=0.1)
    it.made.folder.context_file.write_text(text)
    it.all_done(2)
    assert it.made.cells(1)["late"] == 11


@pytest.mark.extended
def test_dry_run_prints_sbatch_commands_and_adds_no_job(shift, slurm):
    it = shift(runs=2, slurm_reservation="", slurm_partition="allgpu", concurrent_jobs="7")
    environment = os.environ | slurm.environment
    environment["EXTRA_DATA_DATA_ROOT"] = str(it.made.proposal.root)
    done = subprocess.run(
        [sys.executable, "-m", "damnit_daemon.cli", "reprocess", "1-2", "--dry-run"],
        cwd=it.made.folder.path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    shared, dedicated = [li for li in done.stdout.splitlines() if li.startswith("sbatch ")]
    assert "--mem=300M" in shared
    assert "--partition=allgpu" in dedicated
    assert "--array=0-1%7" in dedicated
    assert "--job-name=p1234-damnit" in dedicated
    assert it.made.jobs() == []
    words = ["reprocess", "1", "--dry-run", "--var", "early"]
    done = subprocess.run(
        [sys.executable, "-m", "damnit_daemon.cli", *words],
        cwd=it.made.folder.path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (only,) = [line for line in done.stdout.splitlines() if line.startswith("sbatch ")]
    assert "--job-name=r1-p1234-damnit" in only  # nothing of it is for the cluster
    assert "--mem=300M" in only


def _errors(made, run):
    """The errors in the cells of a run."""
    from damnit_daemon.model import RunKey
    from damnit_daemon.store import Database, load_values

    with Database(made.folder.database).reading() as con:
        values = load_values(con, keys=[RunKey(1234, run)])
    return {
        value.name: attributes["error"]
        for value in values
        if "error" in (attributes := json.loads(value.attributes_json or "{}"))
    }


@pytest.mark.extended
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "✓ slurm: testing responds; variables with cluster=True go to the default partition"),
        ({"slurm_partition": "allgpu"}, "go to allgpu"),
        ({"slurm_partition": "nosuch"}, "✗ slurm: There is no partition nosuch."),
        ({"slurm_reservation": "bygone"}, "✗ slurm: There is no reservation bygone"),
        ({"executor": "local"}, "· slurm: not used"),
    ],
)
def test_doctor_checks_slurm(shift, slurm, settings, words):
    it = shift(**settings)
    done = subprocess.run(
        [sys.executable, "-m", "damnit_daemon.cli", "doctor"],
        cwd=it.made.folder.path, env=os.environ | slurm.environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert words in done.stdout


@pytest.mark.extended
def test_reprocess_watch_follows_the_follow_up_job(shift, slurm):
    it = shift(runs=1, executor="auto")
    it.made.start_daemon()
    environment = os.environ | slurm.environment
    environment["EXTRA_DATA_DATA_ROOT"] = str(it.made.proposal.root)
    done = subprocess.run(
        [sys.executable, "-m", "damnit_daemon.cli", "reprocess", "1", "--watch"],
        cwd=it.made.folder.path, env=environment, capture_output=True, text=True, check=False,
        timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 jobs: " in done.stdout
    assert it.made.cells(1)["late"] == 11


@pytest.mark.extended
def test_submission_with_lost_answer_is_found_or_never_begins(shift, slurm, tmp_path):
    """The controller stands still while it is told: then nobody knows whether it heard."""
    from damnit_daemon.services.cluster.submitter import Submitter
    from damnit_daemon.slurm import SlurmClient, slurm_settings

    it = shift(runs=1)
    daemon = it.made.start_daemon()
    (number,) = it.reprocess(1)
    it.all_done(2)
    daemon.terminate()
    daemon.wait(60)
    environment = os.environ | slurm.environment
    environment["EXTRA_DATA_DATA_ROOT"] = str(it.made.proposal.root)
    submitter = Submitter(it.made.folder, SlurmClient(timeout_s=1.0, environment=environment))
    settings = slurm_settings({"noncluster_mem": "300M"})
    with it.made.ledger.reading() as con:
        job = load_job(con, number)
    given = QueuedJob(replace(job, attempt=77))
    ((tasks, resources),) = submitter.plan([given], settings)
    controller = slurm.pid("slurmctld")
    os.kill(controller, signal.SIGSTOP)
    try:
        submitted = submitter.submit(tasks, resources, settings)
    finally:
        os.kill(controller, signal.SIGCONT)
    assert submitted.slurm_id is None
    before = sum(it.called("early").values())
    patient = Submitter(it.made.folder, SlurmClient(timeout_s=30.0, environment=environment))
    found = patient.find_submission(submitted.folder)
    wait_until(lambda: not slurm.run("squeue", "-h").strip(), timeout_s=60)
    began = sum(it.called("early").values()) - before
    assert began == (0 if found is None else 1)


@pytest.mark.extended
def test_lease_lost_while_the_context_file_loads_prevents_a_submission(slurm, client, tmp_path):
    context = "from pathlib import Path\nPath('loaded').touch()\n@Variable\ndef a(run): return 1\n"
    folder = make_damnit_folder(tmp_path / "amore", context)
    Ledger(folder.ledger).create()
    with Ledger(folder.ledger).writing() as con:
        job = load_job(con, add_job(con, NewJob(RunKey(1234, 1)), now=1.0).id)
    events = []

    def require_right():
        if (folder.path / "loaded").exists():
            raise LeaseLost(None)

    cluster = Cluster(folder, Combiner(folder), events.append, require_right, client=client)
    cluster.start()
    try:
        cluster.order(Give((QueuedJob(job),)))
        wait_until(lambda: events)
    finally:
        cluster.close()
    assert [type(event) for event in events] == [JobInterrupted]
    assert events[0].reason == str(LeaseLost(None))
    assert not list(submissions(folder))
    assert not slurm.run("squeue", "-h").strip()


@pytest.mark.extended
def test_cancel_during_slow_sbatch_survives_a_restart(shift, slurm, tmp_path):
    slow = CONTEXT.replace("return number", "time.sleep(300)\n    return number")
    it = shift(runs=1, context=slow)
    place = tmp_path / "bin"
    place.mkdir()
    (place / "sbatch").write_text(f'#!/bin/sh\n{shutil.which("sbatch")} "$@"\nsleep 30\n')
    (place / "sbatch").chmod(0o755)
    path = os.environ["PATH"]
    it.made.environment["PATH"] = f"{place}:{path}"
    daemon = it.made.start_daemon()
    (number,) = it.reprocess(1, variables=["heavy", "early"])
    wait_until(lambda: slurm.run("squeue", "-h").strip() or it.called(), timeout_s=60)
    it.made.ask(RequestKind.CANCEL, jobs=[number])
    daemon.kill()
    daemon.wait(60)
    it.made.environment["PATH"] = path
    it.made.start_daemon()
    job = it.until(number, JobState.CANCELLED, JobState.DONE, JobState.FAILED)
    assert job.state is JobState.CANCELLED
    assert job.reason.startswith("cancelled by")
    wait_until(lambda: not slurm.run("squeue", "-h").strip(), timeout_s=60)
