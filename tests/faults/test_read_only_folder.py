"""A read-only DAMNIT folder."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from damnit_daemon.launch import RunnerProcess
from damnit_daemon.services.context import context_python
from damnit_daemon.services.extraction import extract
from tests.daemon.builders import keys, make_damnit_folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(path)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("may not mount a file system")
    folder = make_damnit_folder(path / "amore", "@Variable\ndef a(run):\n    return 1\n")
    subprocess.run(["mount", "-o", "remount,ro", str(path)], check=True)
    yield folder
    subprocess.run(["umount", str(path)], check=True)


@pytest.mark.extended
def test_extraction_in_a_read_only_folder_reports_the_reason(folder):
    report = extract(folder, keys(1), mock=True)
    assert not report.ok
    assert "cannot be written" in report.runs[0].failure
    assert "Read-only" in report.runs[0].failure
    assert len(report.problems) == 1


@pytest.mark.extended
def test_context_file_in_a_read_only_folder_can_be_checked(folder, tmp_path):
    with RunnerProcess(folder, context_python(folder)) as runner:
        assert [v.name for v in runner.context.variables] == ["a"]
    assert list((tmp_path / "cache").rglob("runner-*.zip"))
