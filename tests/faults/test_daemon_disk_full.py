"""A full disk under the DAMNIT folder while the daemon works."""

from __future__ import annotations

import pytest

from damnit_daemon.ledger import JobState, RequestKind
from tests.daemon.daemon_process import wait_until


def fill(path):
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass


@pytest.mark.extended
def test_daemon_reports_a_full_disk_and_continues_once_there_is_space(experiment, disk, tmp_path):
    it = experiment(
        "@Variable\ndef one(run):\n    return run.run_id if 0 else 1\n", folder_path=disk / "amore"
    )
    daemon = it.start_daemon()
    it.arrive(1)
    it.has_cells(1, one=1)
    it.all_over(1)
    fill(disk / "filler")
    it.arrive(2)
    wait_until(lambda: "space" in it.log_text().lower() or "full" in it.log_text().lower())
    assert daemon.poll() is None
    (disk / "filler").unlink()
    jobs = it.all_over(2)
    if jobs[-1].state is JobState.FAILED:  # it began without space: it is known why
        assert "space" in jobs[-1].reason.lower()
        it.ask(RequestKind.RETRY, jobs=[jobs[-1].id])
    it.has_cells(2, one=1)
    it.all_over(2)
    wait_until(lambda: not list(it.folder.fragments()))
    it.arrive(3)
    it.has_cells(3, one=1)
    assert "Traceback" not in it.log_text()


FILLS = """
import os, pathlib
filler = pathlib.Path({filler!r})
version = {version}
@Variable
def a(run):
    if version == 2 and not filler.with_suffix(".removed").exists():
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
    return version
@Variable
def b(run, a: "var#a"):
    return version
@Variable
def c(run, b: "var#b"):
    raise ValueError(f"version {{version}}")
@Variable
def d(run, a: "var#a"):
    return None
"""


@pytest.mark.extended
def test_disk_that_fills_during_a_run_leaves_no_older_value(experiment, disk):
    filler = disk / "filler"
    it = experiment(FILLS.format(filler=str(filler), version=1), folder_path=disk / "amore")
    it.start_daemon()
    it.arrive(1)
    it.has_cells(1, a=1, b=1, c=("ValueError", "version 1"))
    it.all_over(1)
    head = it.folder.context_file.read_text().split("\n", 1)[0]
    it.folder.context_file.write_text(head + FILLS.format(filler=str(filler), version=2))
    it.ask(RequestKind.REPROCESS, runs=[[1234, 1]])
    wait_until(filler.exists)
    wait_until(lambda: "could not be stored" in it.log_text() or "No space" in it.log_text())
    assert not it.jobs(JobState.DONE)[1:]
    filler.with_suffix(".removed").write_bytes(b"")
    filler.unlink()
    it.has_cells(1, a=2, b=2, c=("ValueError", "version 2"))
    assert [job.state for job in it.all_over(2)] == [JobState.DONE, JobState.DONE]
