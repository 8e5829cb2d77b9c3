"""`kill -9` of the resident runner."""

from __future__ import annotations

import pytest

from damnit_daemon.runner.protocol import VariableStarted
from damnit_daemon.services.extraction import extract
from tests.daemon.builders import cells, keys, make_damnit_folder

CONTEXT = """
import os, pathlib, signal, time
here = pathlib.Path({here!r})
@Variable
def a(run):
    return 1
@Variable
def unlucky(run, x: "var#a"):
    while not (here / "seen").exists():  # the runner has passed on what is running
        time.sleep(0.01)
    (here / "seen").unlink()
    if {always} or not (here / "killed").exists():
        (here / "killed").touch()
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(100)
    return 2
@Variable
def z(run, x: "var#a"):
    return 3
"""


@pytest.fixture
def extract_killing(tmp_path):
    def see(key, event):
        if isinstance(event, VariableStarted) and event.name == "unlucky":
            (tmp_path / "seen").touch()

    def run(*runs, always):
        context = CONTEXT.format(here=str(tmp_path), always=always)
        folder = make_damnit_folder(tmp_path / "amore", context)
        return folder, extract(folder, keys(*runs), mock=True, on_event=see)

    return run


@pytest.mark.extended
def test_runner_killed_once_loses_no_value(extract_killing):
    folder, report = extract_killing(1, 2, always=False)
    assert report.ok
    assert cells(folder, 1) == cells(folder, 2) == {"a": 1, "unlucky": 2, "z": 3}


@pytest.mark.extended
def test_runner_killed_each_time_fails_only_the_variable_that_was_running(extract_killing):
    folder, report = extract_killing(1, always=True)
    assert report.ok
    found = cells(folder)
    assert found.pop("unlucky") == (
        "ProcessDied",
        "the runner itself was killed by signal 9 (SIGKILL), possibly out of memory",
    )
    assert found == {"a": 1, "z": 3}
