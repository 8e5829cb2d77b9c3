"""The disk with the DAMNIT folder fills up while the daemon works, and is made room on later."""

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
def test_it_stays_says_why_and_goes_on(experiment, disk, tmp_path):
    it = experiment(
        "@Variable\ndef one(run):\n    return run.run_id if 0 else 1\n", folder_path=disk / "amore"
    )
    daemon = it.start_daemon()
    it.arrive(1)
    it.has_cells(1, one=1)
    it.all_over(1)
    fill(disk / "filler")
    it.arrive(2)
    wait_until(lambda: "space" in it.said().lower() or "full" in it.said().lower())
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
    assert "Traceback" not in it.said()
