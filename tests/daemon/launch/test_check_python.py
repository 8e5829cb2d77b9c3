"""Check whether a Python can run a context file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from damnit_daemon.launch.check_python import PythonUnusable, probe_python


def program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.extended
def test_current_python_has_all_required_packages():
    probed = probe_python(Path(sys.executable))
    assert probed.versions["numpy"] == np.__version__
    assert f"extra_data {probed.versions['extra_data']}" in str(probed)


def test_missing_packages_are_named_with_install_command(tmp_path):
    command = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")]
    subprocess.run(command, check=True)
    python = tmp_path / "bare/bin/python"
    with pytest.raises(PythonUnusable, match="has no extra_data, pyyaml, requests") as caught:
        probe_python(python)
    assert caught.value.hint == f"{python} -m pip install extra_data pyyaml requests"


@pytest.mark.extended
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("exit 3", "ended with exit code 3; no output"),
        ("echo oh no >&2; exit 1", "oh no"),
        ("kill -SEGV $$", r"SIGSEGV"),
        ("echo hello", "cannot be used"),
        ("""echo '{"python": "3.8.1"}'""", r"is Python 3\.8; 3\.10 or newer is needed"),
        ("exec sleep 60", "did not respond within 1 s"),
    ],
)
def test_program_that_is_no_python_is_refused(tmp_path, text, words):
    with pytest.raises(PythonUnusable, match=words):
        probe_python(program(tmp_path / "python", text), timeout_s=1.0 if "sleep" in text else 60.0)


def test_missing_python_is_refused(tmp_path):
    with pytest.raises(PythonUnusable, match="does not start: No such file"):
        probe_python(tmp_path / "nothing")


@pytest.mark.skipif("DAMNIT_USER_PYTHON" not in os.environ, reason="DAMNIT_USER_PYTHON is not set")
def test_python_of_other_environment_is_probed():
    probed = probe_python(Path(os.environ["DAMNIT_USER_PYTHON"]))
    assert probed.versions["extra_data"]
