"""Files of a submission, also as changed by other users."""

from __future__ import annotations

from pathlib import Path

import pytest

from damnit_daemon.launch import Bundle
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.protocol import RunnerJob
from damnit_daemon.slurm import SlurmId
from damnit_daemon.submission import SubmissionEntry, make_submission


@pytest.fixture
def made(tmp_path):
    """A submission of one job."""
    zips = Bundle(tmp_path / "runner.zip", tmp_path / "h5netcdf.zip")
    entry = SubmissionEntry(7, 1, 0, RunnerJob("7-1", 1234, 1))
    return make_submission(DamnitFolder(tmp_path), [[entry]], Path("/bin/echo"), zips)


def test_saved_slurm_id_is_loaded(made):
    for saved in (SlurmId("12"), SlurmId("12", "maxwell")):
        made.save_id(saved)
        assert made.load_id() == saved


@pytest.mark.parametrize(
    "text", ["--user=root", "1,2", "7_3", "12 --help", "9" * 400, "\0", "12\n13\n14", "", "٣"]
)
def test_invalid_slurm_id_file_is_ignored(made, text):
    (made.path / "slurm_id").write_text(text)
    assert made.load_id() is None


@pytest.mark.parametrize(
    "line",
    [
        *("", "null", "[" * 100_000, "\0", '{"ledger_id": 1}'),
        '{"job_id": "1", "proposal": 1, "run": 1, "ledger_id": 1, "attempt": [], "task": 0}',
        '{"job_id": "1", "proposal": 1, "run": 1, "ledger_id": 1, "attempt": 1, "task": 1e12}',
    ],
    ids=range(7),
)
def test_invalid_line_of_jobs_file_is_skipped(made, line):
    path = made.path / "jobs.jsonl"
    path.write_text(f"{line}\n{path.read_text()}")
    assert [(entry.job_id, entry.task) for entry in made.entries()] == [(7, 0)]
