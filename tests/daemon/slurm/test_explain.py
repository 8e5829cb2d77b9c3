"""Explanations of Slurm states and failures, and choice of resources."""

from __future__ import annotations

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.slurm import (
    ExecutorSetting,
    Fate,
    JobStatus,
    Resources,
    SlurmDown,
    SlurmId,
    SlurmState,
    SubmissionRefused,
    SubmissionUnclear,
    explain,
    slurm_settings,
)
from damnit_daemon.slurm.errors import explain_failure
from damnit_daemon.slurm.partition import choose_clusters, choose_partition, fill_in

ID = SlurmId("12_3", "maxwell")
LIMITS = Resources(time="02:00:00", memory="25G", reservation="upex_1")


@pytest.mark.parametrize("state", SlurmState)
def test_each_slurm_state_has_an_explanation_and_a_fate(state):
    status = JobStatus(ID, state, reason="Weird", node="n1")
    assert isinstance(status.fate, Fate)
    said = explain(status, LIMITS)
    assert said[0].isupper()
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (JobStatus(ID, SlurmState.PENDING, "Resources"), "no node is free"),
        (JobStatus(ID, SlurmState.PENDING, "Reservation"), "the reservation upex_1 has not begun"),
        (JobStatus(ID, SlurmState.PENDING, "ReservationDeleted"), "its reservation has ended"),
        (JobStatus(ID, SlurmState.PENDING, "SomethingNew"), "SomethingNew"),
        (JobStatus(ID, SlurmState.OUT_OF_MEMORY, node="n1"), "more than the requested 25G"),
        (JobStatus(ID, SlurmState.TIMEOUT), "exceeded its time limit of 02:00:00"),
        (JobStatus(ID, SlurmState.NODE_FAIL, node="n1"), "The node n1 failed"),
        (JobStatus(ID, SlurmState.CANCELLED, cancelled_by="ann"), "cancelled in Slurm by ann"),
        (JobStatus(ID, SlurmState.PREEMPTED), "higher priority"),
        (JobStatus(ID, SlurmState.FAILED, signal=11), "SIGSEGV"),
        (JobStatus(ID, SlurmState.FAILED, exit_code=3), "exit code 3"),
        (JobStatus(ID, SlurmState.FAILED, "JobLaunchFailure"), "could not be started"),
        (JobStatus(ID, SlurmState.FAILED, "BadConstraints", signal=1), "no node has the requested"),
    ],
)
def test_slurm_reason_is_explained(status, words):
    assert words in explain(status, LIMITS)


def test_job_that_fits_on_no_node_is_refused_and_not_said_to_be_killed():
    status = JobStatus(ID, SlurmState.FAILED, "BadConstraints", signal=1)
    assert status.fate is Fate.REFUSED
    assert "25G" in explain(status, LIMITS)
    assert "SIGHUP" not in explain(status, LIMITS)
    assert "SIGHUP" in explain(JobStatus(ID, SlurmState.FAILED, signal=1), LIMITS)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("sbatch: error: Unable to contact slurm controller", SlurmDown, "reached"),
        ("sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
         SubmissionUnclear, "did not confirm"),
        ("sbatch: error: invalid partition specified: nosuch", SubmissionRefused,
         "partition does not exist"),
        ("sbatch: error: Batch job submission failed: Requested reservation is invalid",
         SubmissionRefused, "no such reservation"),
        ("sbatch: error: Batch job submission failed: Access denied to requested reservation",
         SubmissionRefused, "not a user of this"),
        ("sbatch: error: No cluster 'solaris' known by database.", SubmissionRefused, "no cluster"),
        ("sbatch: unrecognized option '--nonsense'", SubmissionRefused, "slurm_options"),
        ("sbatch: error: something quite new", SubmissionRefused, "something quite new"),
    ],
)  # fmt: skip
def test_sbatch_failures_are_distinguished(text, kind, words):
    error = explain_failure("sbatch", 1, text)
    assert type(error) is kind
    assert words in str(error)


def test_partition_is_chosen_among_existing_ones_by_group():
    groups = {"upex-users"}
    assert choose_partition(["exfel", "upex", "all"], groups.__contains__) == "upex"
    assert choose_partition(["exfel", "all"], groups.__contains__) == "all"
    assert choose_partition(["debug"], groups.__contains__) == ""
    both = {"upex-users", "exfel-wgs-users"}
    assert choose_partition(["exfel", "upex"], both.__contains__) == "exfel"


def test_configured_partition_is_not_overridden():
    def is_member(_group):
        return True

    options = {"existing": ["exfel"], "is_member": is_member}
    assert fill_in(Resources(), dedicated=True, **options).partition == "exfel"
    assert fill_in(Resources(), dedicated=False, **options).partition == ""
    assert fill_in(Resources(partition="x"), dedicated=True, **options).partition == "x"
    assert fill_in(Resources(reservation="r"), dedicated=True, **options).partition == ""


def test_default_cluster_is_named_only_when_it_exists():
    assert choose_clusters("", dedicated=True, known=["maxwell"]) == "maxwell"
    assert choose_clusters("", dedicated=False, known=["maxwell", "solaris"]) == "solaris"
    assert choose_clusters("", dedicated=True, known=[]) == ""
    assert choose_clusters("none", dedicated=True, known=["maxwell"]) == ""
    assert choose_clusters("mine", dedicated=True, known=[]) == "mine"


def test_slurm_settings_have_defaults_of_damnit():
    settings = slurm_settings({})
    assert settings.executor is ExecutorSetting.AUTO
    assert settings.requested_resources(dedicated=False) == Resources(
        time="02:00:00", cpus=4, memory="25G"
    )
    assert settings.requested_resources(dedicated=True) == Resources(
        time="02:00:00", exclusive=True
    )
    assert (settings.concurrent_jobs, settings.runs_per_job, settings.poll_s) == (15, 1, 10.0)


def test_numeric_slurm_settings_are_accepted():
    settings = slurm_settings(
        {"noncluster_cpus": 8, "noncluster_mem": 2000, "concurrent_jobs": "3"}
    )
    assert settings.requested_resources(dedicated=False).memory == "2000"
    assert (settings.shared_cpus, settings.concurrent_jobs) == (8, 3)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("executor", "moon"),
        ("slurm_fallback", "x"),
        ("slurm_poll_s", "soon"),
        ("slurm_options", "'"),
        ("slurm_exclusive", "perhaps"),
    ],
)
def test_invalid_slurm_setting_is_refused_by_name(key, value):
    with pytest.raises(DamnitError, match=key):
        slurm_settings({key: value})
