"""Processes of `damnit-tui demo`, however it ends.

What it shows and prints is looked at in tests/pipeline.
"""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from damnit_daemon.model import RunKey
from damnit_daemon.supervise import start, stop
from damnit_tui.data.dry_run import DryRun, DryRunResult
from damnit_tui.demo import demo

COMMAND = [sys.executable, "-m", "damnit_tui", "demo"]
PATIENCE_S = 60.0


def processes_of(directory):
    """The command lines of all processes that were told of a directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(directory) in words:
            found.append(words.replace("\0", " "))
    return found


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.05)


@pytest.fixture
def scratch(tmp_path):
    """Where temporary files belong, and nothing else: Matplotlib keeps its settings elsewhere."""
    path = tmp_path / "tmp"
    path.mkdir()
    return path


@pytest.fixture
def running_demo(scratch):
    """The demo in a terminal, its daemon at work."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "--every", "1"],
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch), "TERM": "xterm-256color"},
    )
    os.close(other)
    os.set_blocking(main, False)

    def is_shown(text):
        try:
            seen.append(os.read(main, 1 << 16))
        except (BlockingIOError, OSError):
            pass
        return text in b"".join(seen)

    seen = []
    wait_until(lambda: is_shown("● daemon".encode()), lambda: b"".join(seen)[-2000:])
    wait_until(
        lambda: any("serve --events-fd" in p for p in processes_of(scratch)), lambda: "no runner"
    )
    yield process, main
    if process.poll() is None:
        process.kill()
        process.wait()


def hang_up(process, terminal):
    os.close(terminal)


def by_signal(number):
    return lambda process, _terminal: process.send_signal(number)


@pytest.mark.extended
@pytest.mark.parametrize(
    ("end", "is_tidy"),
    [
        (by_signal(signal.SIGTERM), True),
        (by_signal(signal.SIGHUP), True),
        (hang_up, True),
        (by_signal(signal.SIGKILL), False),
    ],
    ids=["SIGTERM", "SIGHUP", "terminal gone", "SIGKILL"],
)
def test_demo_leaves_no_process_however_it_ends(running_demo, scratch, end, is_tidy):
    process, terminal = running_demo
    end(process, terminal)
    process.wait(PATIENCE_S)
    wait_until(lambda: not processes_of(scratch), lambda: processes_of(scratch))
    if is_tidy:
        assert not list(scratch.iterdir())


@pytest.mark.extended
def test_daemon_started_in_the_demo_ends_with_it():
    """Its supervisord is a daemon of its own, and would be left behind."""
    with demo(runs=1, every_s=0) as started:
        folder = started.start_daemon()
        started.wait()
        stop(folder)
        start(folder, report=print)
        assert processes_of(folder.path)
    wait_until(lambda: not processes_of(folder.path), lambda: processes_of(folder.path))
    assert not started.directory.exists()


@pytest.mark.extended
def test_dry_run_works_in_the_demo():
    with demo(runs=1, every_s=0) as started:
        folder = started.start_daemon()
        started.wait()
        text = folder.context_file.read_text()
        told = list(DryRun(folder).evaluate(text, RunKey(1234, 1), ["n_trains"]))
    done = [each for each in told if isinstance(each, DryRunResult) and each.outcome]
    assert [(each.name, each.outcome) for each in done] == [("n_trains", "done")]
