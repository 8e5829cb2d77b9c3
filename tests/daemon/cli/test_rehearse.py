"""The command `rehearse`, with a real daemon."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from damnit_daemon.ledger import Ledger, running_daemon
from damnit_daemon.own_python import module_command
from damnit_daemon.paths import DamnitFolder
from tests.daemon.builders import cells, make_damnit_folder

CONTEXT = """
@Variable(title="Trains")
def n_trains(run):
    return len(run.train_ids)

@Variable(title="Bad")
def bad(run):
    return {}["x"]
"""


@pytest.fixture
def original(proposal, tmp_path):
    """A DAMNIT folder of a proposal of three runs, beside it."""
    return make_damnit_folder(tmp_path / "amore", CONTEXT)


def tree(*roots):
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for root in roots
        for path in sorted(Path(root).rglob("*"))
    }


def start(*arguments):
    return subprocess.Popen(
        module_command("damnit_daemon.cli", "rehearse", *map(str, arguments)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def scratch_folder(text):
    return DamnitFolder(Path(re.search(r"damnit-tui (.+)", text)[1]))


def test_rehearsal_processes_all_runs_and_changes_nothing_in_the_original(
    original, proposal, tmp_path
):
    before = tree(original.path, proposal.path)
    scratch = tmp_path / "scratch"
    with start(original.path, "--speed", "50000", "--into", scratch) as process:
        text = process.communicate(timeout=120)[0]
    assert process.returncode == 0, text
    assert tree(original.path, proposal.path) == before
    assert text.startswith("3 runs, 5 arrivals: ")
    assert "5/5" in text
    assert "3 runs, jobs: 5 done" in text
    assert "errors of bad: 3 jobs" in text
    assert "at speed 1, with " in text
    folder = scratch_folder(text)
    assert [cells(folder, run)["n_trains"] for run in (1, 2, 3)] == [60, 60, 60]
    assert running_daemon(Ledger(folder.ledger)) is None


@pytest.mark.extended
def test_stopped_rehearsal_goes_on_and_is_removed(original, tmp_path):
    scratch = tmp_path / "scratch"
    with start(original.path, "--speed", "1", "--into", scratch, "--runs", "1:2") as process:
        text = ""
        while "1/3" not in text:
            line = process.stdout.readline()
            assert line, text
            text += line
        process.send_signal(signal.SIGINT)
        text += process.communicate(timeout=60)[0]
    assert process.returncode == 130, text
    assert f"to go on, repeat with --into {scratch}" in text
    assert running_daemon(Ledger(scratch_folder(text).ledger)) is None
    options = ("--speed", "50000", "--into", scratch, "--runs", "1:2", "--remove")
    with start(original.path, *options) as process:
        text = process.communicate(timeout=120)[0]
    assert process.returncode == 0, text
    assert "of 3 arrivals from before" in text
    assert "2 runs, jobs: 3 done" in text
    assert not scratch.exists()


@pytest.mark.extended
def test_context_file_that_does_not_load_ends_the_rehearsal_with_the_reason(original, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_module")
    options = ("--speed", "50000", "--context", broken, "--remove")
    options += ("--into", tmp_path / "scratch")
    with start(original.path, *options) as process:
        text = process.communicate(timeout=120)[0]
    assert process.returncode == 1
    assert "no_such_module" in text
    assert not (tmp_path / "scratch").exists()
