"""Evaluate the whole corpus in one process, in the user's Python.

`DAMNIT_USER_PYTHON` names it (`nox -s user_env` does it with the oldest and the newest one of
the machine); without it, it is the one that runs the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from damnit_daemon.launch.bundle import place_bundle
from damnit_daemon.launch.environment import user_environment
from damnit_daemon.paths import DamnitFolder

from .expectations import CONTEXTS, load_situations

HERE = Path(__file__).parent
USER_PYTHON = os.environ.get("DAMNIT_USER_PYTHON", sys.executable)
TIMEOUT_S = 100


def evaluate(python: str, script: str, out: Path, environment: dict[str, str]) -> dict:
    """What a script says of all situations."""
    parameters = {s.name: s.parameters for s in load_situations() if s.parameters}
    command = [python, "-W", "ignore", HERE / script, CONTEXTS, out, json.dumps(parameters)]
    done = subprocess.run(
        command,
        cwd=out.parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(out.read_text())


@pytest.fixture(scope="session")
def ours(tmp_path_factory) -> dict:
    """What we make of all situations, in a user's Python."""
    folder = tmp_path_factory.mktemp("corpus")
    environment = user_environment(os.environ, place_bundle(DamnitFolder(folder)))
    return evaluate(USER_PYTHON, "evaluate.py", folder / "found.json", environment)
