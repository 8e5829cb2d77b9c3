"""Parsing of the output of Slurm's commands, recorded from Slurm 22.05."""

from __future__ import annotations

import pytest

from damnit_daemon.slurm import Fate, JobStatus, SlurmId, SlurmState, with_output
from damnit_daemon.slurm.parse import (
    expand_tasks,
    parse_clusters,
    parse_config,
    parse_exit_code,
    parse_partitions,
    parse_sacct,
    parse_scontrol_jobs,
    parse_squeue,
    parse_submitted,
)

SQUEUE = """\
CLUSTER: maxwell
JOBID|STATE|EXEC_HOST|REASON|COMMENT
10_[2-3%2]|PENDING|n/a|JobArrayTaskLimit|damnit-20261124T054037-2c
10_0|RUNNING|n1|None|damnit-20261124T054037-2c
11|FAILED|n2|NonZeroExitCode|a|comment|with bars
"""
SACCT = """\
10_0|COMPLETED|0:0|n1|None|damnit-x|sbatch --comment=damnit-x job.sh
10_1|CANCELLED by 1000|0:0|n2|None||sbatch job.sh
10_2|FAILED|3:0|n2|None||sbatch job.sh
10_2.batch|FAILED|3:0|n2|None||
10_[3-4]|PENDING|0:0|None assigned|Priority||sbatch job.sh
"""
SCONTROL = (
    "JobId=13 ArrayJobId=10 ArrayTaskId=1 JobName=p1234-damnit UserId=root(0) JobState=FAILED "
    "Reason=NonZeroExitCode Dependency=(null) Requeue=0 Restarts=0 BatchFlag=1 ExitCode=3:0 "
    "BatchHost=n2 Comment=damnit-x Command=/f/job.sh\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12\n", SlurmId("12")),
        ("12;maxwell\n", SlurmId("12", "maxwell")),
        ("sbatch: a word of the site\n7\n", SlurmId("7")),
    ],
)
def test_sbatch_output_gives_slurm_id(text, found):
    assert parse_submitted(text) == [found]


@pytest.mark.parametrize("text", ["", "Submitted batch job 3", "error", "12 13"])
def test_sbatch_output_without_id_gives_none(text):
    assert parse_submitted(text) == []


def test_sbatch_output_with_several_numbers_gives_all_candidates():
    assert parse_submitted("12;maxwell\n4711\n") == [SlurmId("4711"), SlurmId("12", "maxwell")]


def test_squeue_output_gives_each_task():
    found = {status.id.id: status for status in parse_squeue(SQUEUE)}
    assert list(found) == ["10_2", "10_3", "10_0", "11"]
    assert {status.id.cluster for status in found.values()} == {"maxwell"}
    assert found["10_2"].fate is Fate.WAIT
    assert (found["10_0"].fate, found["10_0"].node) == (Fate.RUNS, "n1")
    assert found["11"].comment == "a|comment|with bars"
    assert found["10_3"].comment == "damnit-20261124T054037-2c"


def test_sacct_output_gives_each_task_and_its_canceller():
    found = {status.id.id: status for status in parse_sacct(SACCT)}
    assert list(found) == ["10_0", "10_1", "10_2", "10_3", "10_4"]
    assert found["10_0"].fate is Fate.DONE
    assert (found["10_1"].fate, found["10_1"].cancelled_by) == (Fate.CANCELLED, "1000")
    assert (found["10_2"].fate, found["10_2"].exit_code) == (Fate.FAILED, 3)
    assert found["10_4"].reason == "Priority"


def test_scontrol_output_gives_task():
    (status,) = parse_scontrol_jobs(SCONTROL)
    assert status.id == SlurmId("10_1")
    assert (status.state, status.exit_code, status.node) == (SlurmState.FAILED, 3, "n2")
    assert status.comment == "damnit-x"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("12", ["12"]),
        ("12_3", ["12_3"]),
        ("12_[1-3,7%2]", ["12_1", "12_2", "12_3", "12_7"]),
        ("12_[0-8:4]", ["12_0", "12_4", "12_8"]),
        ("12_[5]", ["12_5"]),
    ],
)
def test_task_ranges_are_expanded(text, ids):
    assert list(expand_tasks(text)) == ids


@pytest.mark.parametrize(
    "text", ["", "\n\n", "slurm_load_jobs error", "|||||", "CLUSTER: x\n", "é|"]
)
def test_malformed_slurm_output_is_skipped(text):
    for parse in (parse_squeue, parse_sacct, parse_scontrol_jobs, parse_partitions):
        assert not list(parse(text))


def test_exit_codes_partitions_and_clusters_are_parsed():
    assert parse_exit_code("0:11") == (0, 11)
    assert parse_exit_code("?") == (0, 0)
    assert parse_config("Configuration data\nMaxArraySize            = 1001\n") == {
        "MaxArraySize": "1001"
    }
    upex, allgpu = parse_partitions("upex*|up|2\nallgpu|down|2\n")
    assert (upex.name, upex.is_up, upex.is_default) == ("upex", True, True)
    assert (allgpu.name, allgpu.is_up) == ("allgpu", False)
    assert parse_clusters("maxwell\nsolaris\n") == ("maxwell", "solaris")


@pytest.mark.parametrize(
    ("text", "fate"),
    [
        ("slurmstepd: error: Detected 1 oom-kill event(s) in StepId=1.batch", Fate.OUT_OF_MEMORY),
        ("slurmstepd: error: *** JOB 1 ON n1 CANCELLED AT now DUE TO TIME LIMIT", Fate.OUT_OF_TIME),
        ("the user wrote: exceeded memory limit", Fate.FAILED),
        ("", Fate.FAILED),
    ],
)  # fmt: skip
def test_job_output_refines_fate_of_failed_job(text, fate):
    status = JobStatus(SlurmId("1"), SlurmState.FAILED, exit_code=1)
    assert with_output(status, text).fate is fate
