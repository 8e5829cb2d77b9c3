"""The command `damnit`, which DAMNIT installs, too."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from damnit_daemon.cli.app import IN_DAMNIT

RUN = [sys.executable, "-c", "from damnit_daemon.cli import damnit; damnit()", "--version"]


def version(packages):
    environment = os.environ | {"PYTHONPATH": str(packages)}
    return subprocess.run(RUN, env=environment, capture_output=True, text=True, check=True).stdout


def test_damnit_is_the_daemon_without_damnit_itself(tmp_path):
    assert version(tmp_path).startswith("damnit-daemon ")


def test_damnit_stays_the_command_of_damnit_in_the_same_environment(tmp_path):
    (tmp_path / "their_cli.py").write_text("def main():\n    print('DAMNIT itself')\n")
    (tmp_path / "damnit").mkdir()
    info = tmp_path / "damnit-0.4.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: damnit\nVersion: 0.4.0\n")
    (info / "entry_points.txt").write_text("[console_scripts]\ndamnit = their_cli:main\n")
    assert version(tmp_path) == "DAMNIT itself\n"


@pytest.mark.parametrize("name", IN_DAMNIT)
def test_command_of_damnit_leads_to_the_one_here(damnit, name):
    result = damnit(name)
    assert result.code == 2
    assert f"{name!r} is DAMNIT's command. Use {IN_DAMNIT[name]}." in result.err
