"""The command `status` for terminals and programs."""

from __future__ import annotations

import json
import shutil
import time

import pytest

from damnit_daemon.ledger import TakenFiles, acquire, save_files, this_process
from damnit_daemon.model import RunKey
from damnit_daemon.model.growing_runs import GrowingRun, growing_to_json
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store.identity import note_place


@pytest.fixture
def copy(folder, monkeypatch):
    """A copied folder, which is the current directory."""
    note_place(folder)
    copied = DamnitFolder(folder.path.with_name("copy"))
    shutil.copytree(folder.path, copied.path)
    monkeypatch.chdir(copied.path)
    return copied


def lines_of(result, label):
    """What stands behind a label."""
    lines = [line.strip() for line in result.out.splitlines()]
    return [line.removeprefix(label).strip() for line in lines if line.startswith(label)]


def test_status_without_ledger_prints_stopped(damnit, folder):
    result = damnit("status")
    assert result.code == 1
    assert result.out == (
        f"{folder.path}: stopped. Start it: damnit-daemon start\n"
        "  trigger      not set, broker not set\n  jobs         none yet\n"
    )


def test_status_lists_growing_runs_and_settle_times(damnit, ledger):
    now = time.time()
    grows = GrowingRun(1234, 7, "raw", 2, 3_000_000_000, now - 60, now - 8, 30.0)
    lacks = GrowingRun(1234, 8, "proc", 1, 1_000_000_000, now, now, 20.0, "CORR-S00001 is missing")
    info = {"growing": growing_to_json([grows, lacks]), "settle_s": {"raw": 30, "proc": 20}}
    with ledger.writing() as con:
        acquire(con, this_process(), now=now, info=info)
    result = damnit("status")
    first, second = lines_of(result, "growing")
    assert first.startswith(
        "run 7: its raw files are still arriving: 2 files, 3.00 GB, last change "
    )
    assert first.endswith(" s ago; it is processed after 30 s without changes")
    assert second == (
        "run 8: its proc files are incomplete: CORR-S00001 is missing (1 file, 1.00 GB)"
    )
    assert lines_of(result, "settle time") == ["raw 30 s, proc 20 s"]


def test_status_lists_unreadable_files_of_newest_runs_and_json_all(damnit, ledger):
    with ledger.writing() as con:
        for run in range(1, 8):
            found = TakenFiles(2, 1, 1, 1, "1 of 2 files unreadable (x.h5: empty)")
            save_files(con, RunKey(1234, run), "raw", found, now=1.0)
    *told, more = lines_of(damnit("status"), "unreadable")
    assert len(told) == 5
    assert told[-1] == "p1234, r7: raw: 1 of 2 files unreadable (x.h5: empty)"
    assert more == "and 2 more runs"
    assert len(json.loads(damnit("status", "--json").out)["unreadable"]) == 7


def test_status_reports_copied_folder_until_it_has_a_new_id(damnit, folder, copy):
    (told,) = lines_of(damnit("status"), "copy")
    assert told == (
        f"of {folder.path}, with its identity: filters, marks and update topic are shared. "
        "To separate it: damnit-daemon new-id"
    )
    assert json.loads(damnit("status", "--json").out)["copy_of"] == str(folder.path)
    said = damnit("doctor").out
    assert f"✗ database: This folder is a copy of {folder.path} and has its identity: " in said
    assert "→ Give it its own: damnit-daemon new-id" in said
    result = damnit("new-id")
    assert result.code == 0
    assert result.out.startswith(f"{copy.path} is now ")
    assert result.out.endswith(".\nIf a daemon is running, restart it: damnit-daemon restart\n")
    assert lines_of(damnit("status"), "copy") == []
    assert json.loads(damnit("status", "--json").out)["copy_of"] is None
    assert "is a copy of" not in damnit("doctor").out


def test_new_id_fails_without_folder(damnit, tmp_path):
    result = damnit("--in", tmp_path / "nowhere", "new-id")
    assert result.code != 0
    assert "no folder" in result.err
