"""A DAMNIT folder, the real runner in it, and interpreters that misbehave."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from damnit_daemon.launch import Limits, RunnerProcess
from damnit_daemon.paths import DamnitFolder

PYTHON = Path(sys.executable)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "amore"
    path.mkdir()
    return DamnitFolder(path)


@pytest.fixture
def start(folder):
    """Start a runner on the text of a context file; all are closed at the end."""
    started = []

    def start_runner(context="", *, python=PYTHON, **options):
        folder.context_file.write_text(
            "from damnit_ctx import Variable\n" + textwrap.dedent(context)
        )
        options.setdefault("limits", Limits(start_s=30, grace_s=2))
        runner = RunnerProcess(folder, python, **options)
        started.append(runner)
        runner.start()
        return runner

    yield start_runner
    for runner in started:
        runner.close()


@pytest.fixture
def stand_in(tmp_path):
    """Make an executable that stands in for the context Python."""

    def make(body):
        script = tmp_path / "python-stand-in"
        script.write_text(
            f"#!{sys.executable}\n"
            "import json, os, signal, sys, time\n"
            "events = int(sys.argv[sys.argv.index('--events-fd') + 1])\n"
            "def tell(kind, **fields):\n"
            "    os.write(events, json.dumps({'kind': kind, **fields}).encode() + b'\\n')\n"
            "def load():\n"
            "    tell('ContextLoaded', variables=[], problems=[], context_hash='0')\n"
            + textwrap.dedent(body)
        )
        script.chmod(0o755)
        return script

    return make
