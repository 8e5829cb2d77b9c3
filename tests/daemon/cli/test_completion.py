"""Completion in the shell, by processes as Bash starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import closing

import pytest

from damnit_daemon import shell_completion
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.store import (
    Database,
    LabelChange,
    add_user_variable,
    ensure_run,
    save_labels,
    update_computed_variables,
)

HEAVY = ("numpy", "h5py", "xarray", "extra_data", "textual", "rich.progress")
PROGRAM = "import sys; sys.argv = ['damnit']; from damnit_daemon.cli import main; main()"


@pytest.fixture
def complete():
    """Complete the last of several words."""

    def run(*words, **environ):
        typed = {"COMP_WORDS": " ".join(["damnit", *words]), "COMP_CWORD": str(len(words))}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | typed | {"_DAMNIT_COMPLETE": "complete_bash"} | environ,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        return done.stdout.split(), done.stderr

    return run


@pytest.fixture
def filled(folder):
    with Database(folder.database).writing() as con:
        names = ["energy", "energy_mean", "gap"]
        update_computed_variables(con, [VariableInfo(name, name) for name in names])
        add_user_variable(con, VariableInfo("enough", "Enough", type="boolean"))
    return folder


@pytest.mark.extended
def test_settings_are_completed_in_either_spelling(complete):
    assert complete("db-config", "kafka") == (
        ["kafka_api_version", "kafka_session_timeout_s", "kafka_topics"], ""
    )  # fmt: skip
    assert complete("db-config", "slurm-t") == (["slurm-time"], "")
    assert complete("db-config", "trigger", "") == (["watch", "kafka", "both", "none"], "")
    assert complete("db-config", "slurm_time", "")[0] == []


def test_variables_of_the_folder_are_completed(complete, filled):
    assert complete("reprocess", "all", "--var", "en") == (["energy", "energy_mean"], "")


@pytest.mark.extended
def test_variables_of_a_chosen_folder_are_completed(complete, filled, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = "reprocess", "1", "--var", "g"
    assert complete(*words) == ([], "")
    assert complete("--in", str(filled.path), *words) == (["gap"], "")
    assert complete("reprocess", "--in", str(filled.path), "1", "--var", "g") == (["gap"], "")
    assert complete("--in", "/no/such/folder", *words) == ([], "")


@pytest.mark.extended
def test_columns_are_completed_one_after_the_other(complete, filled):
    assert complete("export", "--sort", "run,-en") == (
        ["run,-energy", "run,-energy_mean", "run,-enough"], ""
    )  # fmt: skip
    assert complete("export", "--columns", "st")[0] == ["start_time"]
    assert "comment" in complete("export", "--columns", "")[0]


@pytest.mark.extended
def test_labels_in_use_are_completed(complete, filled):
    with Database(filled.database).writing() as con:
        ensure_run(con, RunKey(1234, 7), added_at=1.0)
        save_labels(con, [LabelChange(RunKey(1234, 7), (), ("dark-2",))])
    assert complete("label", "") == (["7"], "")
    assert complete("label", "7", "da") == (["dark", "dark-2"], "")
    assert complete("label", "7", "good", "b") == (["bad"], "")


def test_runs_are_completed_the_latest_first(filled):
    with Database(filled.database).writing() as con:
        for run in (7, 71, 8):
            ensure_run(con, RunKey(1234, run), added_at=1.0)
    assert shell_completion.complete_runs(str(filled.path), "") == ["71", "8", "7"]
    assert shell_completion.complete_runs(str(filled.path), "3,7") == ["3,71", "3,7"]
    assert shell_completion.complete_runs(str(filled.path), "7-8") == ["7-8"]


def test_locked_database_is_not_waited_for(filled, monkeypatch):
    monkeypatch.setattr(shell_completion, "TIMEOUT_S", 0.05)
    started_s = time.monotonic()
    with closing(Database(filled.database).connect("rw")) as con:
        con.execute("BEGIN EXCLUSIVE")
        assert shell_completion.complete_variable(str(filled.path), "en") == []
        assert shell_completion.complete_label(str(filled.path), "d") == ["dark"]
    assert time.monotonic() - started_s < 10


@pytest.mark.extended
def test_formats_are_completed(complete):
    assert complete("export", "--format", "t")[0] == ["tsv"]
    assert complete("read-context", "--format", "")[0] == ["text", "json", "github"]


def test_completion_loads_no_heavy_module(complete, filled):
    found, imports = complete("export", "--sort", "gap", PYTHONPROFILEIMPORTTIME="1")
    assert found == ["gap"]
    loaded = {line.rpartition("|")[2].strip() for line in imports.splitlines()}
    assert "damnit_daemon.store" in loaded
    assert loaded.isdisjoint(HEAVY)
