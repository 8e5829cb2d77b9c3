"""An sbatch wrapped by the site, and folder names that Slurm takes for patterns."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from damnit_daemon.launch import Bundle
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.protocol import RunnerJob
from damnit_daemon.slurm import (
    Fate,
    Resources,
    SlurmClient,
    SlurmId,
    SlurmSettings,
    SubmissionRefused,
)
from damnit_daemon.submission import SubmissionEntry, make_submission
from damnit_daemon.submission import submission as array_of
from tests.daemon.builders import make_damnit_folder

from .fixtures import client_of
from .jobs import cancel, submission, wait_over, wait_running


@pytest.fixture
def wrapped(slurm, tmp_path):
    """A client whose sbatch is a shell script; `$REAL` in it is the real one."""

    def make(text: str) -> SlurmClient:
        place = tmp_path / "bin"
        place.mkdir()
        script = place / "sbatch"
        script.write_text(f"#!/bin/sh\nREAL={shutil.which('sbatch')}\n{text}\n")
        script.chmod(0o755)
        client = client_of(slurm)
        client._environment = dict(client._environment)
        client._environment["PATH"] = f"{place}:{client._environment['PATH']}"
        return client

    return make


def test_job_number_is_recognised_among_other_digits_of_wrapped_sbatch(wrapped, client, tmp_path):
    foreign = client.submit(submission(tmp_path, "sleep 100"))
    wait_running(client, foreign)
    wrapper = wrapped(f'"$REAL" "$@"; echo 4711; echo {foreign.id}')
    asked = submission(tmp_path, "sleep 100")
    job = wrapper.submit(asked)
    assert job != foreign
    wrapper.cancel([foreign, job], asked.comment)
    assert wait_over(client, job)[0].fate is Fate.CANCELLED
    assert client.poll([foreign])[foreign].fate is Fate.RUNS
    cancel(client, foreign)


def test_cancel_skips_job_with_another_comment(client, tmp_path):
    job = client.submit(submission(tmp_path, "sleep 100"))
    wait_running(client, job)
    client.cancel([job], "damnit-another")
    assert client.poll([job])[job].fate is Fate.RUNS
    cancel(client, job)


def submitter(tmp_path, client):
    from damnit_daemon.services.cluster.submitter import Submitter

    folder = make_damnit_folder(tmp_path / "amore")
    return folder, Submitter(folder, client)


def given(folder, monkeypatch):
    from damnit_daemon.ledger import Ledger, NewJob, add_job, load_job
    from damnit_daemon.services.cluster import QueuedJob, submitter

    monkeypatch.setattr(submitter, "context_python", lambda _: Path("/bin/true"))
    ledger = Ledger(folder.ledger)
    ledger.create()
    with ledger.writing() as con:
        return QueuedJob(load_job(con, add_job(con, NewJob(RunKey(1234, 1)), now=1.0).id))


def test_job_of_sbatch_that_fails_after_submission_is_found_by_comment(
    wrapped, client, tmp_path, monkeypatch
):
    wrapper = wrapped('"$REAL" "$@" >/dev/null; echo "site: quota file missing" >&2; exit 3')
    folder, made = submitter(tmp_path, wrapper)
    job = given(folder, monkeypatch)
    submitted = made.submit(((job,),), Resources(), SlurmSettings())
    assert submitted.slurm_id == client.find_by_comment(submitted.folder.comment)
    assert submitted.folder.load_id() == submitted.slurm_id


@pytest.fixture
def submitted(client, tmp_path, monkeypatch):
    """A submission that is over in Slurm, as a daemon that takes it up finds it."""
    folder, made = submitter(tmp_path, client)
    given_job = given(folder, monkeypatch)
    done = made.submit(((given_job,),), Resources(), SlurmSettings())
    wait_over(client, done.slurm_id.task(0))
    return made, done


def test_noted_number_of_foreign_job_is_corrected(client, submitted, tmp_path):
    foreign = client.submit(submission(tmp_path, "sleep 100"))
    wait_running(client, foreign)
    made, done = submitted
    done.folder.save_id(foreign)
    assert made.find_submission(done.folder) == done.slurm_id
    assert done.folder.load_id() == done.slurm_id
    assert client.poll([foreign])[foreign].fate is Fate.RUNS
    cancel(client, foreign)


def test_submission_with_only_a_foreign_job_is_revoked(client, tmp_path):
    foreign = client.submit(submission(tmp_path, "true"))
    folder, made = submitter(tmp_path, client)
    entry = SubmissionEntry(1, 1, 0, RunnerJob("1", 1234, 1))
    zips = Bundle(tmp_path / "runner.zip", tmp_path / "h5netcdf.zip")
    lost = make_submission(folder, [[entry]], Path("/bin/echo"), zips)
    lost.save_id(foreign)
    assert made.find_submission(lost) is None
    assert (lost.path / "revoked").exists()


def test_noted_number_that_slurm_has_forgotten_is_kept(submitted):
    made, done = submitted
    done.folder.save_id(SlurmId("999999"))
    (found,) = {made.find_submission(done.folder)}
    assert found == done.slurm_id  # Slurm still has it, under another number
    forgotten = done.folder
    forgotten.path.rename(forgotten.path.with_name("another"))
    other = type(forgotten)(forgotten.path.with_name("another"))
    other.save_id(SlurmId("999999"))
    assert made.find_submission(other) == SlurmId("999999")


def test_noted_number_on_unknown_cluster_is_corrected(submitted):
    made, done = submitted
    done.folder.save_id(SlurmId("12", "nowhere"))
    assert made.find_submission(done.folder) == done.slurm_id


def test_sbatch_that_fails_without_submission_is_a_refusal(wrapped, tmp_path, monkeypatch):
    wrapper = wrapped('echo "site: quota exceeded" >&2; exit 3')
    folder, made = submitter(tmp_path, wrapper)
    job = given(folder, monkeypatch)
    with pytest.raises(SubmissionRefused, match="quota exceeded"):
        made.submit(((job,),), Resources(), SlurmSettings())
    assert not list((folder.internals / "slurm").iterdir())


@pytest.mark.parametrize("name", ["p%j", "50%%A", "a\\b", "%a \\%u"])
def test_job_output_is_found_in_folder_named_like_a_slurm_pattern(client, tmp_path, name):
    folder = DamnitFolder(tmp_path / name)
    folder.path.mkdir()
    entry = SubmissionEntry(1, 1, 0, RunnerJob("1", 1234, 1))
    zips = Bundle(tmp_path / "runner.zip", tmp_path / "h5netcdf.zip")
    made = make_submission(folder, [[entry]], Path("/bin/echo"), zips)
    job = client.submit(array_of(made, folder.path, [[RunKey(1234, 1)]], Resources(), 1))
    (status,) = wait_over(client, job.task(0))
    assert status.fate is Fate.DONE
    assert "--task 0" in made.output(0)
