"""Limits of CPUs, memory and time of a job."""

from __future__ import annotations

import os

import pytest

from damnit_daemon.runner.protocol import RunnerJob

from .conftest import PROPOSAL

HEAD = "from damnit_ctx import Variable\nimport os, subprocess, sys, time\nimport numpy as np\n"
GOOD = "@Variable\ndef good(run): return 1\n"


def test_allocation_beyond_memory_limit_fails_its_variable(runner):
    outcome = runner.run(
        HEAD + "@Variable\ndef greedy(run): return float(np.ones(10**12).sum())\n" + GOOD,
        memory_bytes=2 * 10**9,
    )
    message, kind = outcome.error("greedy")
    assert "MemoryError" in kind
    assert message.startswith("It needed more memory than its limit of 2 GB: Unable to allocate")
    assert outcome.data("good") == 1


@pytest.mark.extended
def test_memory_of_child_processes_counts_towards_the_limit(runner):
    child = "import time; x = b'x' * 150_000_000; time.sleep(1000)"  # below the limit, each
    outcome = runner.run(
        HEAD + GOOD + "@Variable\ndef family(run):\n"
        f"    both = [subprocess.Popen([sys.executable, '-c', {child!r}]) for _ in range(2)]\n"
        "    both[0].wait()\n",
        memory_bytes=250_000_000,
    )
    [ended] = outcome.ended
    assert (ended.outcome, ended.running) == ("killed", "family")
    assert ended.reason.endswith("GB of memory, the limit is 0.25 GB")
    assert outcome.data("good") == 1


@pytest.mark.extended
@pytest.mark.parametrize("endless", ["while True: pass", "time.sleep(1000)"])
def test_job_beyond_time_limit_is_killed(runner, endless):
    outcome = runner.run(
        HEAD + GOOD + f"@Variable\ndef endless(run):\n    {endless}\n",
        RunnerJob("1", PROPOSAL, 1, time_s=1.0),
        RunnerJob("2", PROPOSAL, 1, variables=["good"], time_s=100),
    )
    first, second = outcome.ended
    assert (first.outcome, first.running) == ("killed", "endless")
    assert first.reason == "killed: the time limit of 1 s was exceeded"
    assert outcome.data("good") == 1
    assert second.outcome == "done"


@pytest.mark.extended
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs")
def test_job_gets_the_allowed_number_of_cpus(runner):
    outcome = runner.run(
        HEAD + "@Variable\ndef n(run): return len(os.sched_getaffinity(0))\n", cpus=1
    )
    assert outcome.data("n") == 1
