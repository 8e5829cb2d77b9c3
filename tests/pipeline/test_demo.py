"""The demo from start to end, with and without a terminal."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import extra_data
import pytest

from .terminal import Terminal, need_tmux

DEMO = [sys.executable, "-m", "damnit_tui", "demo"]


@pytest.fixture
def scratch(tmp_path) -> Path:
    """Where temporary files go; every process of the demo can be known by it."""
    path = tmp_path / "scratch"
    path.mkdir()
    return path


@pytest.fixture
def environ(scratch) -> dict[str, str]:
    return {"TMPDIR": str(scratch), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}


def processes_with(path: Path) -> list[str]:
    """Command lines of those that were given a path, as an argument or in their environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            if os.fsencode(path) in told:
                found.append((process / "cmdline").read_bytes().decode().replace("\0", " "))
        except OSError:  # it ended, or is not ours
            continue
    return found


def until_none_is_left(path: Path) -> list[str]:
    """Those still there after a moment: the last one to end is no child of the demo."""
    deadline = time.monotonic() + 60
    while (found := processes_with(path)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def rows(markdown: str) -> list[dict[str, str]]:
    """The rows of a Markdown table by title."""
    lines = [line.strip("| ").split(" | ") for line in markdown.splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def test_demo_prints_the_table_without_a_terminal(environ, scratch):
    done = subprocess.run(
        [*DEMO, "--runs", "4", "--every", "0.5"],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    one, two, three, four = rows(done.stdout)
    assert [row["Run"] for row in (one, two, three, four)] == ["1", "2", "3", "4"]
    assert 700 < float(one["Beam/Mean"]) < 1100
    assert one["Stage/Scan"] == "» the stage did not move"
    assert "SIDEMIC" in three["Camera/Image"]
    assert four["Checks/Calibration"] == "✗ ZeroDivisionError: division by zero"
    # From corrected files, which run 2 lacks.
    assert float(one["AGIPD/Photons per µJ"]) > 0
    assert two["AGIPD/Photons per µJ"] == ""
    assert list(scratch.iterdir()) == []
    assert until_none_is_left(scratch) == []


def number_of_runs(screen: str) -> int:
    found = re.search(r"(\d+) runs? ·", screen)
    return int(found[1]) if found else 0


@pytest.mark.extended
def test_demo_in_a_terminal_adds_runs_until_the_app_is_closed(
    environ, scratch, tmp_path, monkeypatch
):
    need_tmux()
    counts = set()

    def all_is_computed(screen: str) -> bool:
        counts.add(number_of_runs(screen))
        means = re.findall(r"^ *\d .* \d{3}\.\d{4} ", screen, re.MULTILINE)
        return len(means) == number_of_runs(screen) == 6 and "✗" in screen

    with Terminal(
        [*DEMO, "--runs", "6", "--every", "3"], environ, tmp_path, size=(150, 30)
    ) as terminal:
        terminal.wait_for(all_is_computed, timeout_s=120)
        assert len(counts - {0}) > 1, "they came all at once"

        (directory,) = scratch.glob("damnit-demo-*")
        monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(directory))
        assert len(extra_data.open_run(1234, 6).train_ids) == 60
        assert processes_with(scratch)

        terminal.press("q")
        assert terminal.exit_code() == 0
    assert list(scratch.iterdir()) == []
    assert until_none_is_left(scratch) == []


@pytest.mark.extended
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_demo_leaves_no_files_or_processes_when_terminated(environ, scratch, number):
    demo = subprocess.Popen(
        [*DEMO, "--runs", "100", "--every", "0.2"],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    while not list(scratch.glob("damnit-demo-*/SPB/*/*/raw/r0003")):
        assert demo.poll() is None
        try:
            demo.wait(0.1)
        except subprocess.TimeoutExpired:
            pass
    demo.send_signal(number)
    assert demo.communicate(timeout=100)[0] == b""
    assert demo.returncode == 128 + number
    assert list(scratch.iterdir()) == []
    assert until_none_is_left(scratch) == []
