"""The Slurm client without accounting, as on most small clusters."""

from __future__ import annotations

import os
import subprocess

import pytest

from damnit_daemon.slurm import (
    Fate,
    Resources,
    SlurmId,
    SlurmState,
    SubmissionRefused,
    explain,
    slurm_settings,
)
from damnit_daemon.slurm.resource_defaults import choose_resources

from .jobs import cancel, poll_until, submission, wait_over, wait_running

pytestmark = pytest.mark.extended


def test_client_describes_the_cluster(client):
    info = client.describe()
    assert client.available() == ""
    assert (info.name, info.has_accounting, info.known_clusters) == ("testing", False, ())
    assert [(p.name, p.is_default) for p in info.partitions] == [("upex", True), ("allgpu", False)]
    assert info.max_array_size == 1001
    assert info.has_partition("allgpu")
    assert not info.has_partition("exfel")


def test_finished_job_is_done_and_has_its_output(client, tmp_path):
    job = client.submit(
        submission(tmp_path, 'echo "$SLURM_JOB_NAME in $PWD"', output=str(tmp_path / "out"))
    )
    (status,) = wait_over(client, job)
    assert (status.fate, status.exit_code, status.signal) == (Fate.DONE, 0, 0)
    assert (tmp_path / "out").read_text() == f"r1-p1234-damnit in {tmp_path}\n"


def test_array_runs_no_more_tasks_at_once_than_its_limit(client, tmp_path):
    script = """
    now=$(mktemp running-XXXX)
    ls -d running-* | wc -l >> counts
    sleep 0.3; rm $now; echo $SLURM_ARRAY_TASK_ID >> tasks
    """
    array = client.submit(submission(tmp_path, script, array_size=6, array_limit=2))
    ids = [array.task(index) for index in range(6)]
    first = client.poll(ids)
    assert set(first) == set(ids)
    assert {status.fate for status in wait_over(client, *ids)} == {Fate.DONE}
    assert max(map(int, (tmp_path / "counts").read_text().split())) <= 2
    assert sorted(map(int, (tmp_path / "tasks").read_text().split())) == list(range(6))


def test_reason_of_waiting_job_is_explained(client, tmp_path):
    array = client.submit(submission(tmp_path, "sleep 30", array_size=3, array_limit=1))
    larger = client.submit(submission(tmp_path, "true", resources=Resources(extra=("--nodes=3",))))
    held = client.submit(submission(tmp_path, "true", resources=Resources(extra=("--hold",))))
    ids = [array.task(1), larger, held]
    found = poll_until(
        client, ids, lambda f: all(s.reason not in ("", "Priority") for s in f.values())
    )
    assert [found[each].reason for each in ids] == [
        "JobArrayTaskLimit",
        "PartitionNodeLimit",
        "JobHeldUser",
    ]
    assert [found[each].needs_user for each in ids] == [False, True, True]
    assert "the limit of concurrent jobs is reached" in explain(found[array.task(1)])
    assert "not have enough nodes" in explain(found[larger])
    assert "scontrol release" in explain(found[held])
    cancel(client, array, larger, held)


def test_cancel_ends_one_task_or_the_whole_array(client, tmp_path):
    array = client.submit(submission(tmp_path, "sleep 60", array_size=3))
    ids = [array.task(index) for index in range(3)]
    wait_running(client, *ids)
    cancel(client, array.task(1))
    (status,) = wait_over(client, array.task(1))
    assert status.fate is Fate.CANCELLED
    assert "cancelled in Slurm" in explain(status)
    assert client.poll(ids)[array.task(0)].fate is Fate.RUNS
    cancel(client, array)
    assert {status.fate for status in wait_over(client, *ids)} == {Fate.CANCELLED}


def test_cancel_of_finished_or_unknown_job_is_no_error(client, tmp_path):
    job = client.submit(submission(tmp_path, "true"))
    wait_over(client, job)
    cancel(client, job, SlurmId("99999"))


def test_unknown_job_is_gone(client, tmp_path):
    job = client.submit(submission(tmp_path, "sleep 60"))
    found = client.poll([SlurmId("4711"), job, SlurmId("4712_3")])
    assert found[SlurmId("4711")].fate is found[SlurmId("4712_3")].fate is Fate.GONE
    assert not found[job].state.is_over
    cancel(client, job)


def test_submission_is_found_by_its_comment(client, tmp_path):
    asked = submission(tmp_path, "true", array_size=2)
    array = client.submit(asked)
    assert client.find_by_comment(asked.comment) == array
    wait_over(client, array.task(0), array.task(1))
    assert client.find_by_comment(asked.comment) == array
    assert client.find_by_comment(asked.comment + "0") is None


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (Resources(partition="nope"), ["partition does not exist", "sinfo", "nope"]),
        (Resources(reservation="nope"), ["no such reservation", "slurm_reservation"]),
        (Resources(memory="900G"), ["No node of this partition has the requested", "slurm_mem"]),
        (Resources(memory="900G", cpus=1), ["No node of this partition", "noncluster_mem"]),
        (Resources(extra=("--mem=900G",)), ["Request less memory in slurm_options."]),
        (Resources(time="soon"), ["time limit", "slurm_time"]),
        (
            Resources(extra=("--nonsense",)),
            ["rejects one of its options", "slurm_options", "--nonsense"],
        ),
    ],
)
def test_refusal_of_sbatch_is_explained_with_a_remedy(client, tmp_path, resources, words):
    with pytest.raises(SubmissionRefused) as caught:
        client.submit(submission(tmp_path, "true", resources=resources))
    assert all(word in str(caught.value) for word in words), caught.value
    assert not caught.value.is_temporary


def test_array_beyond_the_size_limit_is_refused(client, tmp_path):
    with pytest.raises(SubmissionRefused, match="such a large array"):
        client.submit(submission(tmp_path, "true", array_size=1002))
    array = client.submit(
        submission(tmp_path, "true", array_size=1000, resources=Resources(extra=("--hold",)))
    )
    assert len(client.poll([array.task(n) for n in range(1000)])) == 1000
    cancel(client, array)


def test_reservation_takes_precedence_over_partition(slurm, client, tmp_path):
    slurm.reserve("upex_002123", nodes="n2")
    settings = slurm_settings({"slurm_reservation": "upex_002123", "slurm_partition": "allgpu"})
    resources = choose_resources(settings, client, dedicated=True)
    job = client.submit(submission(tmp_path, "hostname; echo $SLURM_JOB_PARTITION $SLURMD_NODENAME",
                                   resources=resources, output=str(tmp_path / "out")))  # fmt: skip
    (status,) = wait_over(client, job)
    assert (status.fate, status.node) == (Fate.DONE, "n2")
    assert (tmp_path / "out").read_text().split()[1:] == ["upex", "n2"]
    assert "upex_002123" in client.find_reservation("upex_002123")
    slurm.run("scontrol", "delete", "reservationname=upex_002123")
    assert client.find_reservation("upex_002123") == ""


def test_submission_to_expired_reservation_is_refused(slurm, client, tmp_path):
    slurm.reserve("short", nodes="n2")
    slurm.run("scontrol", "delete", "reservationname=short")
    with pytest.raises(SubmissionRefused, match="may have ended"):
        client.submit(submission(tmp_path, "true", resources=Resources(reservation="short")))


def test_missing_default_partition_is_not_chosen(client):
    assert choose_resources(slurm_settings({}), client, dedicated=True).partition == ""
    shared = choose_resources(slurm_settings({}), client, dedicated=False)
    assert (shared.clusters, shared.cpus, shared.memory) == ("", 4, "25G")


def test_job_inherits_no_harmful_environment_variables(slurm, client, tmp_path, monkeypatch):
    from .fixtures import client_of

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("SBATCH_PARTITION", "nope")
    monkeypatch.setenv("SQUEUE_STATES", "FAILED")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "17")
    monkeypatch.setenv("LD_PRELOAD", "libnothing.so")
    monkeypatch.setenv("KEPT_FOR_USERS", "yes")
    client = client_of(slurm)
    job = client.submit(submission(tmp_path, "env", output=str(tmp_path / "out")))
    (status,) = wait_over(client, job)
    assert status.fate is Fate.DONE
    said = (tmp_path / "out").read_text().splitlines()
    assert "KEPT_FOR_USERS=yes" in said
    for name in ("DISPLAY=", "LD_PRELOAD=", "SLURM_ARRAY_TASK_ID=", "SBATCH_PARTITION="):
        assert not any(line.startswith(name) for line in said)


def test_job_cannot_be_cancelled_by_another_user(slurm, client, tmp_path):
    job = client.submit(submission(tmp_path, "sleep 60"))
    wait_running(client, job)
    words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "scancel", job.id]
    done = subprocess.run(
        words, env=os.environ | slurm.environment, capture_output=True, check=False
    )
    assert b"Access/permission denied" in done.stderr
    assert client.poll([job])[job].state is SlurmState.RUNNING
    cancel(client, job)
