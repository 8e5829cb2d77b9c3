"""A disk with the DAMNIT folder that fills up under a job in Slurm and has room again later."""

from __future__ import annotations

import pytest

from damnit_daemon.ledger import JobState, RequestKind
from tests.daemon.builders import is_error
from tests.daemon.daemon_process import experiment, wait_until
from tests.faults.conftest import disk

__all__ = ["disk", "experiment"]

pytestmark = pytest.mark.timeout(600)

CONTEXT = """
import time
from pathlib import Path
filler = Path({filler!r})
@Variable(cluster=True)
def full(run):
    if not filler.exists():
        with filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes({block})):
                    pass
            except OSError:
                pass
    return 1
@Variable(cluster=True)
def after(run, full: "var#full"):
    return list(range({numbers}))
"""
SETTINGS = {
    "trigger": "none", "executor": "slurm", "slurm_poll_s": "0.5", "slurm_time": "00:30:00",
    "noncluster_mem": "300M", "slurm_mem": "300M", "slurm_exclusive": "no",
}  # fmt: skip


@pytest.mark.extended
@pytest.mark.parametrize("leaves", [0, 16384], ids=["nothing fits", "events fit"])
def test_job_whose_results_do_not_fit_on_disk_is_retried(experiment, slurm, disk, leaves):
    filler = disk / "filler"
    room = disk / "room"
    room.write_bytes(bytes(leaves))
    context = CONTEXT.format(filler=str(filler), block=4096, numbers=4000)
    if leaves:
        context = context.replace(
            "    return 1", f"    Path({str(room)!r}).unlink(missing_ok=True)\n    return 1"
        )
    it = experiment(context, folder_path=disk / "amore", **SETTINGS)
    it.environment |= slurm.environment
    it.arrive(1)
    it.start_daemon()
    it.ask(RequestKind.REPROCESS, runs=[[1234, 1]])
    wait_until(filler.exists, timeout_s=120)
    # The daemon's own files are on that disk, too: it may be able to note nothing before.
    wait_until(lambda: not slurm.run("squeue", "-h", check=False).strip(), timeout_s=120)
    assert not it.jobs(JobState.DONE)
    filler.write_bytes(b"")
    (job,) = it.all_over(1)
    assert job.state is JobState.DONE, job
    assert job.attempt > 1
    cells = it.has_cells(1, full=1) and it.cells()
    assert not is_error(cells["after"])
