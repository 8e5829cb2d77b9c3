"""Commands and options for Slurm."""

from __future__ import annotations

from pathlib import Path

import pytest

from damnit_daemon.services.cluster.limits import own_limits
from damnit_daemon.slurm import (
    Resources,
    SlurmId,
    Submission,
    sbatch_command,
    slurm_settings,
    task_batches,
)
from damnit_daemon.slurm.commands import group_by_cluster, squeue_command

ARRAY = Submission(
    script=Path("/f/job.sh"),
    job_name="p1234-damnit",
    comment="damnit-x",
    resources=Resources(time="02:00:00", cpus=4, memory="25G"),
    working_folder=Path("/f"),
    output="/f/%a.out",
    array_size=30,
    array_limit=2,
)


def test_sbatch_command_has_all_options_of_array():
    assert sbatch_command(ARRAY) == [
        "sbatch", "--parsable", "--time=02:00:00", "--cpus-per-task=4", "--mem=25G",
        "--job-name=p1234-damnit", "--comment=damnit-x", "--chdir=/f", "--output=/f/%a.out",
        "--open-mode=append", "--no-requeue", "--array=0-29%2", "/f/job.sh",
    ]  # fmt: skip


def test_reservation_option_overrides_partition():
    both = Resources(partition="upex", reservation="upex_1")
    assert both.options() == ["--reservation=upex_1"]
    assert Resources(partition="upex").options() == ["--partition=upex"]


def test_extra_options_come_last():
    options = Resources(clusters="maxwell", exclusive=True, extra=("--time=5",), time="9").options()
    assert options == ["--clusters=maxwell", "--time=9", "--mem=0", "--exclusive", "--time=5"]


def test_exclusive_job_requests_all_memory_unless_an_amount_is_set():
    assert Resources(exclusive=True).options() == ["--mem=0", "--exclusive"]
    assert Resources(exclusive=True, memory="50G").options() == ["--mem=50G", "--exclusive"]


def test_exclusive_job_requests_no_second_amount_of_memory():
    """Slurm refuses a job with `--mem` and `--mem-per-cpu`."""
    for own in ("--mem-per-cpu=4G", "--mem-per-gpu=4G", "--mem=4G"):
        assert Resources(exclusive=True, extra=(own,)).options() == ["--exclusive", own]
    bound = Resources(exclusive=True, extra=("--mem-bind=local",))
    assert bound.options() == ["--mem=0", "--exclusive", "--mem-bind=local"]


@pytest.mark.parametrize("dedicated", [False, True])
def test_memory_in_slurm_options_replaces_that_of_the_settings(dedicated):
    settings = {"slurm_mem": "100G", "noncluster_mem": "25G"}
    options = {"slurm_options": "-A xfel --mem-per-cpu 4G"}
    assert slurm_settings(settings).requested_resources(dedicated=dedicated).memory
    found = slurm_settings(settings | options).requested_resources(dedicated=dedicated)
    assert not found.memory
    assert found.extra == ("-A", "xfel", "--mem-per-cpu", "4G")


def test_memory_requested_for_one_job_replaces_that_in_slurm_options():
    usual = Resources(extra=("--mem-per-cpu", "4G", "--mem-per-gpu=2G", "-A", "xfel"))
    assert usual.with_limits("50G", "").options() == ["--mem=50G", "-A", "xfel"]
    assert usual.with_limits("", "01:00:00").extra == usual.extra


@pytest.mark.parametrize(
    ("options", "limit_gb"),
    [
        (("--mem=40G",), 38),
        (("--mem", "10G", "-A", "xfel", "--mem", "20480"), 19),
        (("--mem=0",), 0),
        (("--mem",), 0),
        (("--mem=much",), 0),
        (("--mem-per-cpu=4G", "--mem-bind=local"), 0),
    ],
)
def test_memory_in_slurm_options_is_the_limit_of_the_job(options, limit_gb):
    assert own_limits(Resources(extra=options))[0] == limit_gb << 30


def test_advice_names_the_setting_that_requests_the_memory():
    assert Resources(memory="9G").memory_setting == "slurm_mem"
    assert Resources(memory="9G", cpus=1).memory_setting == "noncluster_mem"
    assert Resources(cpus=1, extra=("--mem-per-cpu=4G",)).memory_setting == "slurm_options"


def test_unset_resources_give_no_options():
    assert Resources().options() == []


@pytest.mark.parametrize(
    ("number", "largest", "sizes"),
    [(1, 1001, [1]), (1000, 1001, [1000]), (1001, 5000, [1000, 1]), (5, 2, [2, 2, 1]), (0, 9, [])],
)
def test_tasks_are_split_into_arrays_of_allowed_size(number, largest, sizes):
    batches = task_batches(number, largest)
    assert [len(batch) for batch in batches] == sizes
    assert [task for batch in batches for task in batch] == list(range(number))


def test_squeue_command_asks_for_all_jobs_of_user():
    words = squeue_command(["maxwell", "solaris"], user=1000, ended=True)
    assert words[:4] == ["squeue", "--clusters=maxwell,solaris", "--user=1000", "--array"]
    assert "--states=all" in words


def test_array_without_tasks_is_refused():
    with pytest.raises(ValueError, match="without tasks"):
        Submission(Path("x"), "x", "x", Resources(), Path(), array_size=0)


def test_slurm_ids_are_grouped_by_cluster():
    ids = [SlurmId("1", "a"), SlurmId("2_3", "b"), SlurmId("4", "a")]
    assert group_by_cluster(ids) == {"a": [ids[0], ids[2]], "b": [ids[1]]}
    assert ids[1].array == SlurmId("2", "b")
    assert ids[1].array.task(7) == SlurmId("2_7", "b")
