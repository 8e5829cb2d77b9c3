"""Latency from a run's arrival to the table, and the daemon's own cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import median

from damnit_daemon.demo import Proposal, make_proposal, write_run
from damnit_daemon.ledger import JobState, Ledger, count_jobs, load_jobs, load_progress
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, create_database, load_values, save_setting
from tests.brokers.broker import Broker
from tests.brokers.parts import PartMissing
from tests.brokers.tansu import Tansu

from .results import AIMS, Result, environment

CONTEXT = """\
from damnit_ctx import Variable

@Variable
def n_trains(run):
    return len(run.train_ids)
"""
MORE_VARIABLES = "".join(f"\n@Variable\ndef number_{i}(run):\n    return {i}\n" for i in range(9))
SETTINGS = {
    "watch_settle_s": "0",
    "watch_interval_s": "0.1",
    "watch_backfill": "all",
    "noncluster_cpus": "1",
    "local_jobs": "1",
}
FEW, MANY = 20, 500
IDLE_S, LONG_IDLE_S = 10.0, 60.0
PATIENCE_S = 600.0
LOOK_EVERY_S = 0.002
BASELINES = {
    "run complete to first cell": 0.5,
    "Kafka message to first cell": 0.5,
    "daemon's CPU when idle": 1.0,
    "overhead per job": 150.0,
}
"""Targets in place of measured baselines."""
AIMS.update(dict.fromkeys(BASELINES, 1.0))


def measure_daemon(scratch: Path, repeats: int, *, is_long: bool = False) -> Iterator[Result]:
    """Measure `damnit-daemon run` with runs that arrive one by one, and with many pending."""
    yield from measure_latency(scratch / "latency", repeats)
    yield from measure_kafka(scratch / "kafka", repeats)
    for runs in (FEW, MANY) if is_long else (FEW,):
        yield from measure_throughput(scratch / f"runs{runs}", runs)
    yield from measure_idle(scratch / "idle", LONG_IDLE_S if is_long else IDLE_S)


def measure_latency(scratch: Path, repeats: int) -> Iterator[Result]:
    """Measure from a complete run directory to its first and last cell, ten variables."""
    proposal, folder = make_folder(scratch, CONTEXT + MORE_VARIABLES)
    first, last = [], []
    with daemon(proposal, folder):
        for run in range(1, repeats + 2):
            write_run(proposal, run, camera=False, proc=False)
            arrived = time.perf_counter()
            wait_until(lambda run=run: cells(folder, run) > 0)
            first.append(time.perf_counter() - arrived)
            wait_until(lambda run=run: cells(folder, run) >= 10)
            last.append(time.perf_counter() - arrived)
            wait_until(lambda run=run: jobs_over(folder) == run)
    yield alone("run complete to first cell", median(first[1:]), "s")  # the first is a warm-up
    yield alone("run complete to last cell of 10", median(last[1:]), "s")
    yield alone("the same of the very first run, runner started", last[0], "s")


def measure_kafka(scratch: Path, repeats: int) -> Iterator[Result]:
    """Measure from a message that announces a run to its cells, through a real broker."""
    scratch.mkdir()
    (scratch / "broker").mkdir()
    try:
        broker = Tansu(scratch / "broker")
    except PartMissing as reason:
        print(f"No message was timed: there is no broker ({reason}).")
        return
    try:
        broker.start()
        yield from measure_messages(scratch / "proposal", broker, repeats)
    finally:
        broker.stop()


def measure_messages(scratch: Path, broker: Broker, repeats: int) -> Iterator[Result]:
    topic = "events"
    proposal, folder = make_folder(
        scratch,
        CONTEXT + MORE_VARIABLES,
        trigger="kafka",
        broker=broker.address,
        kafka_topics=topic,
        kafka_session_timeout_s="6",
        watch_settle_s="600",  # only messages count
    )
    broker.send(topic, [b'{"event": "hello"}'])  # creates the topic
    first, last = [], []
    with daemon(proposal, folder, AMORE_BROKER=broker.address), broker.sending(topic) as send:
        for run in range(1, repeats + 2):
            write_run(proposal, run, camera=False, proc=False)
            event = {"event": "migration_complete", "proposal": proposal.number, "run": run}
            send(json.dumps(event).encode())
            sent = time.perf_counter()
            wait_until(lambda run=run: cells(folder, run) > 0)
            first.append(time.perf_counter() - sent)
            wait_until(lambda run=run: cells(folder, run) >= 10)
            last.append(time.perf_counter() - sent)
            wait_until(lambda run=run: jobs_over(folder) == run)
    yield alone("Kafka message to first cell", median(first[1:]), "s")
    yield alone("Kafka message to last cell of 10", median(last[1:]), "s")


def measure_throughput(scratch: Path, runs: int) -> Iterator[Result]:
    """Measure runs that are all pending when the daemon starts, one variable each."""
    proposal, folder = make_folder(scratch, CONTEXT)
    for run in range(1, runs + 1):
        write_run(proposal, run, camera=False, proc=False)
    with daemon(proposal, folder) as process:
        wait_until(lambda: jobs_over(folder) >= 1)
        began, done = time.perf_counter(), jobs_over(folder)
        wait_until(lambda: jobs_over(folder) >= runs, every_s=0.05)
        took_s = time.perf_counter() - began
        memory_mb = resident_mb(process.pid)
    yield alone(f"jobs per minute, {runs} runs", 60 * (runs - done) / took_s, "/min")
    yield alone(f"daemon's memory after {runs} runs", memory_mb, "MB")
    if runs == FEW:
        yield alone("overhead per job", 1000 * median(overheads_s(folder)), "ms")


def measure_idle(scratch: Path, duration_s: float) -> Iterator[Result]:
    """Measure the idle daemon with all its child processes, at default settings."""
    proposal, folder = make_folder(scratch, CONTEXT, watch_interval_s="2", watch_settle_s="1")
    for run in range(1, FEW + 1):
        write_run(proposal, run, camera=False, proc=False)
    with daemon(proposal, folder) as process:
        wait_until(lambda: jobs_over(folder) >= FEW)
        time.sleep(3)
        before = cpu_s(process.pid)
        time.sleep(duration_s)
        used_s = cpu_s(process.pid) - before
    yield alone("daemon's CPU when idle", 100 * used_s / duration_s, "%")


def alone(name: str, value: float, unit: str) -> Result:
    """Return a measurement without a measured baseline."""
    baseline = BASELINES.get(name)
    if baseline is None:
        return Result(name, value, unit, value, 1.0, None, None)
    ratio = value / baseline
    return Result(name, value, unit, baseline, ratio, AIMS[name], ratio <= AIMS[name])


def make_folder(scratch: Path, context: str, **settings: str) -> tuple[Proposal, Path]:
    proposal = make_proposal(scratch)
    folder = proposal.damnit_folder
    folder.mkdir(parents=True)
    (folder / "context.py").write_text(context)
    database = create_database(
        folder / "runs.sqlite", proposal=proposal.number, context_python=sys.executable
    )
    with database.writing() as con:
        for key, value in (SETTINGS | settings).items():
            save_setting(con, key, value)
    return proposal, folder


@contextmanager
def daemon(proposal: Proposal, folder: Path, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a daemon for the duration of the block."""
    changes = {"AMORE_BROKER": "none", **changes}
    variables = environment(EXTRA_DATA_DATA_ROOT=str(proposal.root), **changes)
    command = [sys.executable, "-m", "damnit_daemon.cli", "run"]
    with (folder / "amore.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log)
    try:
        wait_until(lambda: b"Working in" in (folder / "amore.log").read_bytes())
        yield process
    finally:
        process.terminate()
        process.wait()


def wait_until(condition: Callable[[], bool], *, every_s: float = LOOK_EVERY_S) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("the daemon does not get done")
        time.sleep(every_s)


def cells(folder: Path, run: int) -> int:
    """Count a run's variables in the database."""
    with Database(folder / "runs.sqlite").reading() as con:
        values = load_values(con, keys=[RunKey(1234, run)])
    return sum(value.name != "start_time" for value in values)


def jobs_over(folder: Path) -> int:
    with Ledger(folder / "daemon.sqlite").reading() as con:
        return count_jobs(con)[JobState.DONE]


def overheads_s(folder: Path) -> list[float]:
    """Return for each job but the first the time spent outside the user's functions."""
    with Ledger(folder / "daemon.sqlite").reading() as con:
        jobs = sorted(load_jobs(con), key=lambda job: job.ended_at or 0.0)
        took = {
            job.id: sum(each.duration_s or 0.0 for each in load_progress(con, job.id))
            for job in jobs
        }
    return [
        (after.ended_at or 0.0) - (before.ended_at or 0.0) - took[after.id]
        for before, after in pairwise(jobs)
    ]


def processes(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += processes(int(child))
    return found


def cpu_s(pid: int) -> float:
    """Return the CPU time used by a process and its descendants."""
    ticks = 0
    for each in processes(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return the resident memory of the process itself."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1e3
    return 0.0
