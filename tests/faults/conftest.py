"""Experiments with a daemon for the fault tests."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.daemon.daemon_process import experiment

__all__ = ["experiment"]


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
