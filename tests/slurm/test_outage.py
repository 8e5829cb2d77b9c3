"""The Slurm client during and after an outage of the controller or a node."""

from __future__ import annotations

import os
import signal

import pytest

from damnit_daemon.slurm import (
    Fate,
    Resources,
    SlurmClient,
    SlurmDown,
    SlurmId,
    SubmissionUnclear,
    explain,
)

from .fixtures import client_of
from .jobs import cancel, poll_until, submission, wait_over, wait_running

pytestmark = pytest.mark.extended


def test_calls_fail_while_controller_is_down_and_job_is_found_afterwards(slurm, client, tmp_path):
    job = client.submit(submission(tmp_path, "sleep 2"))
    wait_running(client, job)
    slurm.stop_controller()
    asked = submission(tmp_path, "true")
    calls = [
        lambda: client.submit(asked),
        lambda: client.poll([job]),
        lambda: client.find_by_comment(asked.comment),
        lambda: cancel(client, job),
        client.describe,
    ]
    try:
        for call in calls:
            with pytest.raises(SlurmDown, match="Slurm cannot be reached"):
                call()
    finally:
        slurm.start_controller()
    assert client.find_by_comment(asked.comment) is None
    (status,) = wait_over(client, job)
    assert status.fate is Fate.DONE


def test_submission_to_frozen_controller_is_unclear_and_found_later(slurm, tmp_path):
    """It has taken the request from the network, and goes on with it later."""
    hasty = client_of(slurm, timeout_s=1.0)
    asked = submission(tmp_path, "true")
    pid = slurm.pid("slurmctld")
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(SubmissionUnclear, match="did not confirm whether it accepted the job"):
            hasty.submit(asked)
        with pytest.raises(SlurmDown, match="did not respond within 1 s"):
            hasty.find_by_comment(asked.comment)
    finally:
        os.kill(pid, signal.SIGCONT)
    client = client_of(slurm)
    poll_until(client, [SlurmId("1")], lambda _: client.find_by_comment(asked.comment))
    job = client.find_by_comment(asked.comment)
    assert wait_over(client, job)[0].fate is Fate.DONE


def test_job_on_failed_node_is_lost(slurm, client, tmp_path):
    wanted = Resources(extra=("--nodelist=n2",))
    job = client.submit(submission(tmp_path, "sleep 100", resources=wanted))
    wait_running(client, job)
    slurm.kill_node("n2")
    try:
        (status,) = wait_over(client, job, timeout_s=60)
    finally:
        slurm.start_node("n2")
    assert status.fate is Fate.LOST
    assert explain(status) == "The node n2 failed while the job was running."


def test_end_of_reservation_is_explained_for_waiting_and_running_jobs(slurm, client, tmp_path):
    slurm.reserve("ending", nodes="n2")
    wanted = Resources(reservation="ending", extra=("--exclusive",))
    first = client.submit(submission(tmp_path, "sleep 100", resources=wanted))
    wait_running(client, first)
    second = client.submit(submission(tmp_path, "true", resources=wanted))
    slurm.expire("ending")
    found = poll_until(client, [second], lambda f: f[second].needs_user, timeout_s=90)
    assert "its reservation has ended" in explain(found[second], wanted)
    cancel(client, second)
    status = wait_over(client, first)[0]
    assert status.fate is Fate.OUT_OF_TIME
    assert "the reservation ending ended" in explain(status, wanted)


def test_client_reports_missing_slurm_commands(tmp_path):
    client = SlurmClient(environment={"PATH": str(tmp_path)})
    assert (
        client.available()
        == "There is no sbatch, squeue, scancel, scontrol, sinfo on this machine."
    )
    with pytest.raises(SlurmDown):
        client.describe()


def test_client_reports_missing_slurm_configuration(tmp_path):
    nowhere = dict(os.environ) | {"SLURM_CONF": str(tmp_path / "conf")}
    assert "SLURM_CONF names" in SlurmClient(environment=nowhere).unusable()


def test_client_is_usable_while_controller_is_down(slurm, client):
    assert client.unusable() == ""
    slurm.stop_controller()
    try:
        assert client.unusable() == ""
    finally:
        slurm.start_controller()
