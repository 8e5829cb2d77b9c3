"""A whole folder is swept."""

from __future__ import annotations

import os

from damnit_daemon.combine import combine_folder
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder

from ..hdf5.making import KEY
from .reading import left, results, stored_values

OTHER = RunKey(99, 7)


def test_all_runs_are_combined_each_in_one_go(folder, fragment):
    for i in range(5):
        fragment().value(f"v{i}", i, at=1.0)
        fragment(OTHER).value("v", i, at=float(i))
    report = combine_folder(folder, now=1000.0)
    assert sorted(report.combined) == [OTHER, KEY]
    assert stored_values(folder) == results(folder) == {f"v{i}": i for i in range(5)}
    assert stored_values(folder, OTHER) == results(folder, OTHER) == {"v": 4}
    assert left(folder) == ["p1234_r7.h5", "p99_r7.h5"]


def test_nothing_to_do(folder, tmp_path):
    assert combine_folder(folder).combined == []
    folder.extracted_data.rmdir()
    assert combine_folder(folder).combined == []


def test_broken_fragments_hold_up_nobody(folder, fragment):
    empty, link, directory = (fragment().path for _ in range(3))
    empty.write_bytes(b"")
    link.unlink()
    link.symlink_to("/nowhere")
    directory.unlink()
    directory.mkdir()
    fragment().value("v", 1)
    fragment(OTHER).value("v", 2)
    huge = fragment(RunKey(1, 2**70)).value("v", 1)
    report = combine_folder(folder)
    assert stored_values(folder) == {"v": 1}
    assert stored_values(folder, OTHER) == {"v": 2}
    reasons = dict(report.broken)
    assert set(reasons) == {empty, link, directory, huge.path}
    assert reasons[link] == "it is a symbolic link"
    assert left(folder) == ["broken", "p1234_r7.h5", "p99_r7.h5"]
    assert combine_folder(folder).broken == []


def test_a_run_that_must_wait_holds_up_no_other(folder, fragment):
    folder.results_file(OTHER).write_text("damaged")
    waiting = fragment(OTHER).value("v", 1)
    fragment().value("v", 2)
    report = combine_folder(folder)
    assert [key for key, _ in report.postponed] == [OTHER]
    assert report.combined == [KEY]
    assert waiting.path.exists()


def test_what_dead_processes_left_is_removed(folder):
    now = 10_000_000.0
    old, young, other = (folder.extracted_data / name for name in (
        "p1_r1.aaaaaaaa.writing.h5", "p1_r1.bbbbbbbb.writing.h5", "notes.txt"))  # fmt: skip
    merging = folder.extracted_data / "p1_r1.cccccccc.merging"
    for path in (old, young, other, merging):
        path.write_text("x")
        os.utime(path, (now - 3600, now - 3600))
    os.utime(old, (now - 90_000, now - 90_000))
    os.utime(other, (0, 0))
    report = combine_folder(folder, now=now)
    assert sorted(report.removed) == sorted([old, merging])
    assert left(folder) == [other.name, young.name]


def test_a_set_aside_folder_that_leads_elsewhere_is_not_followed(folder, fragment, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder.extracted_data / "broken").symlink_to(elsewhere)
    fragment().path.write_text("no")
    fragment(OTHER).value("v", 1)
    report = combine_folder(folder)
    assert list(elsewhere.iterdir()) == []
    assert report.combined == [OTHER]
    assert [key for key, _ in report.postponed] == [KEY]


def test_extracted_data_may_be_kept_elsewhere(folder, fragment, tmp_path):
    """Folders are large, so people put them on another disk and link to it."""
    file = fragment().value("v", 1)
    folder.extracted_data.rename(tmp_path / "big-disk")
    folder.extracted_data.symlink_to(tmp_path / "big-disk")
    assert combine_folder(DamnitFolder(folder.path)).combined == [KEY]
    assert not file.path.exists()
    assert results(folder) == {"v": 1}
