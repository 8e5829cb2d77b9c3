"""The combiner process of the daemon."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from damnit_daemon.hdf5 import write_error_fragment
from damnit_daemon.model import RunKey
from damnit_daemon.services.combiner import Combiner, CombinerFailed
from tests.daemon.builders import cells, make_damnit_folder
from tests.daemon.daemon_process import wait_until
from tests.processes import is_running

KEY = RunKey(1234, 1)


@pytest.fixture
def folder(tmp_path):
    return make_damnit_folder(tmp_path / "amore")


@pytest.fixture
def combiner(folder):
    combiner = Combiner(folder)
    yield combiner
    combiner.close()
    assert combining() == []


def combining():
    """Processes of ours that combine."""
    children = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    return [
        pid
        for pid in map(int, " ".join(children).split())
        if is_running(pid) and b"combiner_process" in command_line(pid)
    ]


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it ends at this moment
        return b""


def fragment(folder):
    return write_error_fragment(folder.path, KEY, "a", "no", "ValueError", computed_at=time.time())


def test_combiner_process_returns_saved_variables(folder, combiner):
    combined = combiner.combine_run(KEY, [fragment(folder)])
    assert combined.saved == [(KEY, ["a"])]
    assert cells(folder) == {"a": ("ValueError", "no")}


def test_combiner_process_outlives_thread_that_started_it(folder, combiner):
    thread = threading.Thread(target=combiner.sweep)
    thread.start()
    thread.join()
    wait_until(lambda: not Path(f"/proc/self/task/{thread.native_id}").exists())
    before = combining()
    assert combiner.combine_run(KEY, [fragment(folder)]).saved
    assert combining() == before


@pytest.mark.extended
def test_killed_combiner_process_is_restarted(folder, combiner):
    combiner.sweep()
    (pid,) = combining()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
    assert combiner.combine_run(KEY, [fragment(folder)]).saved


def test_combiner_process_killed_during_a_request_is_replaced(folder, combiner):
    combiner.sweep()
    (pid,) = combining()
    os.kill(pid, signal.SIGSTOP)
    killer = threading.Timer(0.2, os.kill, (pid, signal.SIGKILL))
    killer.start()
    assert combiner.combine_run(KEY, [fragment(folder)]).saved
    killer.join()


def test_combiner_failure_has_the_reason(folder, combiner):
    folder.database.unlink()
    path = fragment(folder)
    with pytest.raises(CombinerFailed, match=r"runs\.sqlite"):
        combiner.combine_run(KEY, [path])
    assert path.exists()


def test_closed_combiner_refuses_requests(folder):
    combiner = Combiner(folder)
    combiner.sweep()
    combiner.close()
    with pytest.raises(CombinerFailed):
        combiner.sweep()
    assert combining() == []
