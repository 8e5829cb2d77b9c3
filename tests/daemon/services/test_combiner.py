"""The process that combines."""

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


def test_it_tells_what_is_in_the_database_now(folder, combiner):
    combined = combiner.combine_run(KEY, [fragment(folder)])
    assert combined.saved == [(KEY, ["a"])]
    assert cells(folder) == {"a": ("ValueError", "no")}


def test_it_stays_when_the_thread_that_first_needed_it_ends(folder, combiner):
    thread = threading.Thread(target=combiner.sweep)
    thread.start()
    thread.join()
    wait_until(lambda: not Path(f"/proc/self/task/{thread.native_id}").exists())
    before = combining()
    assert combiner.combine_run(KEY, [fragment(folder)]).saved
    assert combining() == before


@pytest.mark.extended
def test_killed_it_is_started_again(folder, combiner):
    combiner.sweep()
    (pid,) = combining()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))
    assert combiner.combine_run(KEY, [fragment(folder)]).saved


def test_killed_while_it_is_asked_another_one_is_asked(folder, combiner):
    combiner.sweep()
    (pid,) = combining()
    os.kill(pid, signal.SIGSTOP)
    killer = threading.Timer(0.2, os.kill, (pid, signal.SIGKILL))
    killer.start()
    assert combiner.combine_run(KEY, [fragment(folder)]).saved
    killer.join()


def test_what_cannot_be_done_is_said(folder, combiner):
    folder.database.unlink()
    path = fragment(folder)
    with pytest.raises(CombinerFailed, match=r"runs\.sqlite"):
        combiner.combine_run(KEY, [path])
    assert path.exists()


def test_closed_it_says_so(folder):
    combiner = Combiner(folder)
    combiner.sweep()
    combiner.close()
    with pytest.raises(CombinerFailed):
        combiner.sweep()
    assert combining() == []
