"""Paths of proposals, DAMNIT folders, runs and fragments."""

from __future__ import annotations

import os

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder, existing_runs, find_proposal, locate_folder


@pytest.fixture
def proposal(tmp_path, monkeypatch):
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path))
    path = tmp_path / "MID" / "202601" / "p001234"
    (path / "usr/Shared/amore").mkdir(parents=True)
    return path


def test_proposal_is_found_below_the_data_root(proposal):
    assert find_proposal(1234) == proposal
    with pytest.raises(DamnitError, match="No proposal 1235"):
        find_proposal(1235)


def test_folder_is_located_by_proposal_number_or_path(proposal, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert locate_folder("1234").path == proposal / "usr/Shared/amore"
    assert locate_folder("MID").path == tmp_path / "MID"
    assert locate_folder(None).path == tmp_path
    with pytest.raises(DamnitError, match="There is no folder"):
        locate_folder("nowhere")
    (tmp_path / "MID" / "runs.sqlite").touch()
    with pytest.raises(DamnitError, match=r"runs.sqlite is a file") as error:
        locate_folder("MID/runs.sqlite")
    assert error.value.hint.endswith("MID")


def test_existing_runs_are_folders_in_raw_or_proc(proposal):
    for name in (
        "raw/r0001",
        "raw/r0020",
        "proc/r0003",
        "proc/r0020",
        "raw/junk",
        "raw/r",
        "raw/r1x",
        "raw/r٣",
    ):
        (proposal / name).mkdir(parents=True)
    assert existing_runs(proposal) == [1, 3, 20]
    assert existing_runs(proposal / "nowhere") == []


def test_fragments_are_listed_oldest_first(tmp_path):
    folder = DamnitFolder(tmp_path)
    assert list(folder.fragments()) == []
    folder.extracted_data.mkdir()
    for age, name in enumerate(
        [
            "p1_r2.b.ready.h5",
            "p1_r1.a.ready.h5",
            "p1_r1.h5",
            "p1_r1.c.writing.h5",
            "xp1_r1.a.ready.h5",
            "p1_r1.a.ready.h5~",
        ]
    ):
        path = folder.extracted_data / name
        path.touch()
        os.utime(path, (1000 + age, 1000 + age))
    (folder.extracted_data / "p1_r3.d.ready.h5").symlink_to("nowhere")
    found = [(key, path.name) for key, path in folder.fragments()]
    assert found == [
        (RunKey(1, 2), "p1_r2.b.ready.h5"),
        (RunKey(1, 1), "p1_r1.a.ready.h5"),
        (RunKey(1, 3), "p1_r3.d.ready.h5"),
    ]
