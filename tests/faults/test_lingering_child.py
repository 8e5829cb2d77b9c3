"""A variable that leaves a process behind, which holds every inherited descriptor."""

from __future__ import annotations

import time

import pytest

from damnit_daemon.services.extraction import extract
from tests.daemon.builders import cells, keys, make_damnit_folder
from tests.processes import is_running


@pytest.mark.extended
@pytest.mark.parametrize(
    "daemonise", ["pass", "os.setsid()", "os.setsid(); os.fork() and os._exit(0)"]
)
def test_child_left_by_a_variable_is_ended_and_blocks_no_job(tmp_path, daemonise):
    pids = tmp_path / "pids"
    folder = make_damnit_folder(
        tmp_path / "amore",
        f"""
        import os, signal, time
        @Variable
        def forks(run):
            if os.fork() == 0:
                {daemonise}
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                with open({str(pids)!r}, "a") as file:
                    file.write(f"{{os.getpid()}}\\n")
                time.sleep(100)
                os._exit(0)
            while not (os.path.exists({str(pids)!r}) and open({str(pids)!r}).read()):
                time.sleep(0.01)
            return 1
        """,
    )
    began = time.monotonic()
    report = extract(folder, keys(1, 2), mock=True)
    assert report.ok
    assert time.monotonic() - began < 30
    assert cells(folder, 2) == {"forks": 1}
    left = [int(pid) for pid in pids.read_text().split()]
    assert left
    deadline = time.monotonic() + 5
    while any(is_running(pid) for pid in left) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not [pid for pid in left if is_running(pid)]
