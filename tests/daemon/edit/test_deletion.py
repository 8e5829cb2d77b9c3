"""Deletion of a variable, with real results files."""

import threading

import h5py
import pytest

from damnit_daemon.combine import CombinerBusy
from damnit_daemon.combine.lock import combiner_lock
from damnit_daemon.edit import deletion as deletion_module
from damnit_daemon.edit.deletion import delete_variable
from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import Ledger, load_edits
from damnit_daemon.model import VariableInfo
from damnit_daemon.store import Database, NewValue, ValueEdit, load_variables, save_values

from .conftest import NOW, cell, key, make_editor


@pytest.fixture
def filled(folder):
    """Three runs with results of two variables."""
    folder.extracted_data.mkdir()
    with Database(folder.database).writing() as con:
        for run in (1, 2, 3):
            write_results(folder, run)
            values = [NewValue(key(run), "energy", 1.5 * run), NewValue(key(run), "trend", run)]
            save_values(con, values, now=NOW)
    return folder


def write_results(folder, run):
    with h5py.File(folder.results_file(key(run)), "w") as file:
        for name in ("energy", "trend"):
            file[f"{name}/data"] = [1.0, 2.0]
            file[f".reduced/{name}"] = 1.5
            file[f".preview/{name}"] = [1.0]
        file[".errors/energy"] = "old"


def names_in(folder, run):
    with h5py.File(folder.results_file(key(run))) as file:
        return {part: set(file[part]) - {".reduced", ".preview", ".errors"} for part in PARTS}


PARTS = ("/", ".reduced", ".preview", ".errors")


def test_deleted_variable_is_removed_everywhere_and_others_are_kept(filled):
    done = delete_variable(filled, "energy", author="me@here", clock=lambda: NOW)

    assert (done.values, done.files, done.problems) == (3, 3, [])
    for run in (1, 2, 3):
        assert names_in(filled, run) == {
            "/": {"trend"},
            ".reduced": {"trend"},
            ".preview": {"trend"},
            ".errors": set(),
        }
        assert cell(filled, run, "energy") is None
        assert cell(filled, run, "trend") == run
    with Database(filled.database).reading() as con:
        assert "energy" not in [v.name for v in load_variables(con)]


def test_deletion_records_old_values_in_journal(filled):
    delete_variable(filled, "energy", author="me@here", clock=lambda: NOW)

    with Ledger(filled.ledger).reading() as con:
        edits = load_edits(con, name="energy")
    assert sorted((e.run_key.run, e.old, e.new) for e in edits) == [
        (1, 1.5, None),
        (2, 3.0, None),
        (3, 4.5, None),
    ]


def test_deleted_user_variable_removes_its_tags(filled):
    editor = make_editor(filled)
    editor.define_variable(VariableInfo("dose", "Dose", "", "number", ("sample",)))
    editor.set_values([ValueEdit(key(1), "dose", None, 2.0)])

    assert delete_variable(filled, "dose").values == 1

    with Database(filled.database).reading() as con:
        assert con.execute("SELECT count(*) FROM tags").fetchone() == (0,)


def test_last_variable_can_be_deleted(filled):
    for name in ("energy", "trend", "a_boolean", "a_integer", "a_number", "a_string"):
        delete_variable(filled, name)

    with Database(filled.database).reading() as con:
        assert con.execute("SELECT count(*) FROM runs").fetchone() == (5,)


def test_deletion_of_unknown_variable_is_refused(filled):
    with pytest.raises(DamnitError, match="'nothing'"):
        delete_variable(filled, "nothing")


def test_deletion_with_damaged_results_file_leaves_database_unchanged(filled):
    filled.results_file(key(2)).write_bytes(b"no HDF5")

    done = delete_variable(filled, "energy")

    assert "p1234_r2.h5" in done.problems[0]
    assert cell(filled, 1, "energy") == 1.5


def test_cancelled_deletion_can_be_repeated(filled):
    done = delete_variable(filled, "energy", progress=lambda number, _total: number < 1)

    assert done.stopped
    assert cell(filled, 1, "energy") == 1.5
    assert delete_variable(filled, "energy").files == 2
    assert cell(filled, 1, "energy") is None


def test_deletion_repeats_files_written_by_combiner_meanwhile(filled):
    def progress(number, _total):
        if number == 2:  # the first two are done
            write_results(filled, 1)
        return True

    delete_variable(filled, "energy", progress=progress)

    assert names_in(filled, 1)["/"] == {"trend"}


def test_deletion_waits_for_combiner_lock(filled, monkeypatch):
    monkeypatch.setattr(deletion_module, "LOCK_TIMEOUT_S", 0.1)
    held, release = threading.Event(), threading.Event()

    def combine():
        with combiner_lock(filled):
            held.set()
            release.wait(60)

    thread = threading.Thread(target=combine)
    thread.start()
    held.wait(60)
    with pytest.raises(CombinerBusy):
        delete_variable(filled, "energy")
    release.set()
    thread.join()
    assert delete_variable(filled, "energy").values == 3
