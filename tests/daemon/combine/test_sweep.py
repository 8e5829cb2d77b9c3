"""Combination of all runs of a folder."""

from __future__ import annotations

import os
import subprocess
import sys

from damnit_daemon.combine import combine_folder
from damnit_daemon.model import RunKey
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.runner.file_format import WRITING_SUFFIX
from damnit_daemon.runner.temp_names import writing_suffix

from ..hdf5.builders import KEY
from .concurrent_reader import left, results, stored_values

OTHER = RunKey(99, 7)


def test_each_run_is_combined_once(folder, fragment):
    for i in range(5):
        fragment().value(f"v{i}", i, at=1.0)
        fragment(OTHER).value("v", i, at=float(i))
    report = combine_folder(folder, now=1000.0)
    assert sorted(report.combined) == [OTHER, KEY]
    assert stored_values(folder) == results(folder) == {f"v{i}": i for i in range(5)}
    assert stored_values(folder, OTHER) == results(folder, OTHER) == {"v": 4}
    assert left(folder) == ["p1234_r7.h5", "p99_r7.h5"]


def test_folder_without_fragments_combines_nothing(folder, tmp_path):
    assert combine_folder(folder).combined == []
    folder.extracted_data.rmdir()
    assert combine_folder(folder).combined == []


def test_damaged_fragments_are_quarantined_and_all_runs_are_combined(folder, fragment):
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


def test_postponed_run_does_not_delay_other_runs(folder, fragment):
    folder.results_file(OTHER).write_text("damaged")
    waiting = fragment(OTHER).value("v", 1)
    fragment().value("v", 2)
    report = combine_folder(folder)
    assert [key for key, _ in report.postponed] == [OTHER]
    assert report.combined == [KEY]
    assert waiting.path.exists()


def test_old_unfinished_files_are_removed(folder):
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


def test_symlinked_quarantine_folder_is_not_followed(folder, fragment, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder.extracted_data / "broken").symlink_to(elsewhere)
    fragment().path.write_text("no")
    fragment(OTHER).value("v", 1)
    report = combine_folder(folder)
    assert list(elsewhere.iterdir()) == []
    assert report.combined == [OTHER]
    assert [key for key, _ in report.postponed] == [KEY]


def test_extracted_data_may_be_a_symlink(folder, fragment, tmp_path):
    """Folders are large, so people put them on another disk and link to it."""
    file = fragment().value("v", 1)
    folder.extracted_data.rename(tmp_path / "big-disk")
    folder.extracted_data.symlink_to(tmp_path / "big-disk")
    assert combine_folder(DamnitFolder(folder.path)).combined == [KEY]
    assert not file.path.exists()
    assert results(folder) == {"v": 1}


WRITE = """
import sys
from pathlib import Path
from damnit_daemon.runner.fragment import FragmentWriter
with FragmentWriter(Path(sys.argv[1]), 1234, 7)._fragment() as draft:
    print(draft.ready.name.replace(".ready.", ".writing."), flush=True)
    sys.stdin.readline()
"""


def test_unfinished_file_is_removed_only_when_its_writer_is_dead(folder):
    command = [sys.executable, "-c", WRITE, str(folder.path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        subprocess.Popen(command, **pipes) as killed,
        subprocess.Popen(command, **pipes) as living,
    ):
        of_killed, of_living = (writer.stdout.readline().strip() for writer in (killed, living))
        assert combine_folder(folder).removed == []
        killed.kill()
        killed.wait()
        assert [path.name for path in combine_folder(folder).removed] == [of_killed]
        assert left(folder) == [of_living]
        living.communicate("\n")
    assert left(folder) == [of_living.replace(".writing.", ".ready.")]


def test_unfinished_file_of_unknown_writer_is_kept(folder):
    mine = writing_suffix()
    _, host, pid, started = mine.removesuffix(WRITING_SUFFIX).split("-")
    elsewhere = f"p1_r1.a-{'0' * 12}-{2**22 + 1}-{started}{WRITING_SUFFIX}"
    unmarked = f"p1_r1.b{WRITING_SUFFIX}"
    ours = f"p1_r1.c{mine}"
    before_us = f"p1_r1.d-{host}-{pid}-{int(started) - 1}{WRITING_SUFFIX}"
    for name in (elsewhere, unmarked, ours, before_us):
        (folder.extracted_data / name).touch()
    assert [path.name for path in combine_folder(folder).removed] == [before_us]
    assert left(folder) == sorted([elsewhere, unmarked, ours])
