"""A whole shift in a terminal beside a real daemon."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from damnit_daemon.ledger import JobState
from damnit_daemon.model import RunKey
from damnit_daemon.store import Database, load_value
from tests.daemon.builders import cells
from tests.daemon.daemon_process import Experiment, wait_until

from .terminal import Terminal, need_tmux

CONTEXT = """
FACTOR = 2


@Variable(title="Trains")
def trains(run):
    return len(run.train_ids)


@Variable(title="Scaled")
def scaled(run, n: "var#trains"):
    return n * FACTOR


@Variable(title="Broken")
def broken(run):
    return {}["shutter"]


@Variable(title="Slow")
def slow(run, number: "meta#run_number"):
    import time
    print("waiting for the shutter", flush=True)
    time.sleep(100 if number == 3 else 0)
    return 1
"""


class Shift:
    """The experiment, and the app in a terminal."""

    def __init__(self, experiment, tmp_path):
        self.experiment = experiment
        self._tmp_path = tmp_path
        self._pid_file = tmp_path / "pid"

    def open_app(self):
        environ = {
            "EXTRA_DATA_DATA_ROOT": str(self.experiment.proposal.root),
            "XDG_STATE_HOME": str(self._tmp_path / "state"),
            "XDG_CONFIG_HOME": str(self._tmp_path / "config"),
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "AMORE_BROKER": "none",
            "TERM": "tmux-256color",
            "VISUAL": str(self._make_editor()),
        }
        code = (
            f"import os, sys; open({str(self._pid_file)!r}, 'w').write(str(os.getpid())); "
            f"sys.argv = ['damnit-tui', {str(self.experiment.folder.path)!r}]; "
            "from damnit_tui.cli import main; main()"
        )
        return Terminal([sys.executable, "-c", code], environ, self._tmp_path, size=(130, 34))

    def _make_editor(self):
        """Something that changes a file's first line, as a person would in their own editor."""
        path = self._tmp_path / "editor"
        path.write_text('#!/bin/sh\nsed -i "1s/^/# edited elsewhere\\n/" "$1"\n')
        path.chmod(0o755)
        return path

    @property
    def app_pid(self):
        return int(self._pid_file.read_text())

    def comment(self, run):
        with Database(self.experiment.folder.database).reading() as con:
            value = load_value(con, RunKey(1234, run), "comment")
        return value and value.value


@pytest.fixture
def shift(tmp_path):
    need_tmux()
    experiment = Experiment(tmp_path, CONTEXT)
    yield Shift(experiment, tmp_path)
    experiment.close()


def press(terminal, *keys):
    for key in keys:
        terminal.press(key)


def write(terminal, text):
    press(terminal, *("Space" if letter == " " else letter for letter in text))


@pytest.mark.extended
@pytest.mark.timeout(600)
def test_whole_shift_in_a_terminal_beside_a_daemon(shift, tmp_path):
    experiment = shift.experiment
    experiment.start_daemon()
    with shift.open_app() as terminal:
        see = terminal.wait_for
        see(lambda screen: "● daemon" in screen)

        # Runs come by themselves.
        for run in (1, 2):
            experiment.arrive(run)
        see(lambda screen: "2 runs" in screen and screen.count("✗") >= 2)
        wait_until(lambda: cells(experiment.folder, 2).get("slow") == 1)

        # Why is that one empty?
        press(terminal, "g", "0", "x")
        see(lambda screen: "Broken" in screen.splitlines()[-2])
        press(terminal, "w")
        see(lambda screen: "Why: r2" in screen and "KeyError: 'shutter'" in screen)
        press(terminal, "Escape")
        see(lambda screen: "Why:" not in screen)

        # A comment.
        press(terminal, "g", "0", "l")
        see(lambda screen: "Comment" in screen.splitlines()[-2])
        press(terminal, "e")
        write(terminal, "first light")
        press(terminal, "Enter")
        see(lambda screen: "first light" in screen)
        wait_until(lambda: shift.comment(2) == "first light")

        # Only some runs, and all again.
        press(terminal, "/")
        write(terminal, "comment ~ light")
        press(terminal, "Enter")
        see(lambda screen: "1 of 2 runs" in screen)
        press(terminal, "\\")
        see(lambda screen: "1 of 2 runs" not in screen and "2 runs" in screen)

        # A plot of a number over runs.
        press(terminal, "$", "h")
        press(terminal, "p")
        see(lambda screen: "next problem" not in screen)
        press(terminal, "Escape")
        see(lambda screen: "next problem" in screen)

        # A mistake in the context file, found; then mended, tried, saved.
        press(terminal, "E")
        see(lambda screen: "FACTOR = 2" in screen and "context.py" in screen)
        press(terminal, "C-e")
        see(lambda screen: "# edited elsewhere" in screen and "unsaved" in screen)
        press(terminal, "C-r")
        see(lambda screen: "# edited elsewhere" not in screen and "unsaved" not in screen)
        press(terminal, "(")
        see(lambda screen: "unsaved" in screen)
        press(terminal, "F5")
        see(lambda screen: "1 error" in screen)
        press(terminal, "Home", "DC")
        see(lambda screen: "unsaved" not in screen)
        lines = experiment.folder.context_file.read_text().splitlines()
        line = lines.index("FACTOR = 2") + 1
        press(terminal, *["Down"] * (line - 1), "End")
        see(lambda screen: f"line {line}, column 11" in screen)
        press(terminal, "0")
        see(lambda screen: "FACTOR = 20" in screen)
        press(terminal, "F6")
        see(lambda screen: "Try on run" in screen)
        press(terminal, "Enter")
        see(lambda screen: "Nothing was stored" in screen and "✓" in screen)
        before = cells(experiment.folder, 2)["scaled"]
        press(terminal, "C-s")
        see(lambda screen: "Changed: scaled" in screen)

        # What has changed is processed again, and nothing else.
        press(terminal, "F9")
        see(lambda screen: "Reprocess" in screen and "only scaled" in screen)
        press(terminal, "Enter")
        wait_until(lambda: cells(experiment.folder, 2)["scaled"] == 10 * before)
        assert cells(experiment.folder, 1)["scaled"] == before
        see(lambda screen: "Reprocess" not in screen and "next problem" in screen)

        # Somebody wants to be called.
        press(terminal, ":")
        write(terminal, "alert trains < 5000 for 1 run")
        press(terminal, "Enter")
        see(lambda screen: "Alerts:" in screen)

        # One run takes too long: it is cancelled, its log is read.
        experiment.arrive(3)
        see(lambda screen: "3 runs" in screen and "3⚙" in screen)
        wait_until(lambda: "trains" in cells(experiment.folder, 3))
        see(lambda screen: "run 3: trains < 5000" in screen)
        press(terminal, "g", "K")
        see(lambda screen: "cancel jobs" in screen)
        press(terminal, "y")
        wait_until(lambda: JobState.CANCELLED in [job.state for job in experiment.jobs()])
        press(terminal, "J")
        see(lambda screen: "cancelled by" in screen)
        press(terminal, "L")
        see(lambda screen: "----- Processing r3 (p1234)" in screen)
        see(lambda screen: "waiting for the shutter" in screen)
        press(terminal, "Escape")
        see(lambda screen: "Jobs:" in screen)
        press(terminal, "Escape")

        # The table goes to a file.
        see(lambda screen: "next problem" in screen)
        press(terminal, "O")
        see(lambda screen: "csv" in screen)
        press(terminal, "Enter")
        exported = wait_until(lambda: list(tmp_path.glob("p1234-runs.*")))
        see(lambda screen: "first light" in screen)
        wait_until(lambda: "first light" in exported[0].read_text())

        # The line drops, in the middle of a filter.
        press(terminal, "/")
        write(terminal, "run < 3")
        press(terminal, "Enter")
        see(lambda screen: "2 of 3 runs" in screen)
        press(terminal, "G")
        see(lambda screen: "r1 ·" in screen)
        os.kill(shift.app_pid, signal.SIGHUP)
        terminal.exit_code()

    # And everything is where it was.
    with shift.open_app() as terminal:
        terminal.wait_for(lambda screen: "2 of 3 runs" in screen and "r1 ·" in screen)
        press(terminal, "q")
        assert terminal.exit_code() == 0
