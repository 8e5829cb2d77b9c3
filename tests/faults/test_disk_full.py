"""A full disk in the middle of an extraction."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from damnit_daemon.services.extraction import extract
from tests.daemon.builders import cells, keys, make_damnit_folder


@pytest.fixture
def small_disk(tmp_path):
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(path)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("may not mount a file system")
    yield path
    subprocess.run(["umount", str(path)], check=True)


@pytest.mark.extended
def test_disk_full_during_extraction_keeps_earlier_values_and_names_the_reason(small_disk):
    folder = make_damnit_folder(
        small_disk / "amore",
        """
        import numpy as np
        @Variable
        def small(run):
            return 1
        @Variable
        def large(run, s: "var#small"):
            return np.random.rand(5_000_000)
        @Variable
        def also_small(run, s: "var#small"):
            return 2
        """,
    )
    report = extract(folder, keys(1), mock=True)
    found = cells(folder)
    assert (found["small"], found["also_small"]) == (1, 2)
    assert "space" in found["large"][1]
    assert report.runs[0].outcomes["large"] == "failed"
    assert not list(folder.extracted_data.glob("*.writing.h5"))


@pytest.mark.extended
def test_disk_full_from_the_start_of_an_extraction_is_reported(small_disk, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # where the runner goes instead
    folder = make_damnit_folder(small_disk / "amore", "@Variable\ndef a(run):\n    return 1\n")
    with (small_disk / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    report = extract(folder, keys(1), mock=True)
    assert not report.ok
    assert "space" in " ".join([report.runs[0].failure, *report.problems]).lower()
    (small_disk / "filler").unlink()
    assert extract(folder, keys(1), mock=True).ok
    assert cells(folder) == {"a": 1}
