"""Experiments with a daemon to be treated badly, and how much of that there is time for."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.daemon.daemon_process import experiment

__all__ = ["experiment"]

SLOW = os.environ.get("DAMNIT_SLOW_TESTS") == "1"


@pytest.fixture
def disk(tmp_path):
    """A file system of 6 MB."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(path)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("may not mount a file system")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes minutes; runs with DAMNIT_SLOW_TESTS=1")


def pytest_runtest_setup(item):
    if item.get_closest_marker("slow") and not SLOW:
        pytest.skip("takes minutes: set DAMNIT_SLOW_TESTS=1")
