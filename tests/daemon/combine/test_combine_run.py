"""Combination of one run's fragments into results file and database."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from damnit_daemon.combine import combine_run, ingest
from damnit_daemon.hdf5 import ResultsBusy, ResultsFile
from damnit_daemon.store import Database, DatabaseMissing, NewValue, load_columns, save_values

from ..hdf5.builders import KEY, PNG
from .concurrent_reader import left, results, runs, stored, stored_values


def combine(folder, *fragments, now=1000.0):
    return combine_run(folder, KEY, [fragment.path for fragment in fragments], now=now)


def test_combined_values_are_in_database_and_results_file(folder, fragment):
    file = fragment().value("start_time", 1700000000.5).value("n", 3, at=5.0, units="mm")
    file.value("grp.line", np.arange(2), at=5.0, summary=np.array([[0.0, 1], [5, 6]]), max_diff=1.0)
    file.value("thumb", np.zeros((2, 2)), at=5.0, summary=PNG).error("bad", "broke", "E", at=5.0)
    report = combine(folder, file)
    assert report.combined == [KEY]
    assert sorted(report.names) == ["bad", "grp.line", "n", "thumb"]
    rows = stored(folder)
    assert rows["n"].value == 3
    assert rows["n"].attributes == {"units": "mm", "computed_at": 5.0}
    assert (rows["n"].provenance, rows["n"].timestamp) == ("context.py", 1000.0)
    assert rows["grp.line"].summary_type == "trendline"
    assert rows["grp.line"].max_diff == 1.0
    assert rows["thumb"].value == PNG
    assert rows["bad"].value is None
    assert rows["bad"].attributes["error"] == "broke"
    assert "start_time" not in rows
    assert runs(folder)[KEY].start_time == 1700000000.5
    assert set(results(folder)) == {"start_time", "n", "grp.line", "thumb", "bad"}
    assert left(folder) == ["p1234_r7.h5"]
    with Database(folder.database).reading() as con:
        assert {"n", "grp.line", "thumb", "bad"} <= {c.name for c in load_columns(con)}


def test_provenance_of_fragment_is_stored_in_database(folder, fragment):
    combine(folder, fragment(provenance="my script").value("v", 1))
    assert stored(folder)["v"].provenance == "my script"


def test_values_can_be_ingested_before_fragments_are_combined(folder, fragment):
    file = fragment().value("v", 1, at=5.0)
    saved = ingest(folder, [file.path], now=900.0)
    assert saved.names == ["v"]
    assert stored_values(folder) == {"v": 1}
    assert left(folder) == [file.path.name]
    report = combine(folder, file)
    assert (report.combined, report.saved) == ([KEY], [])
    assert stored(folder)["v"].timestamp == 900.0


def test_ingesting_skips_unreadable_fragments(folder, fragment):
    broken = fragment().path
    broken.write_text("no")
    foreign = folder.extracted_data / "something.h5"
    assert ingest(folder, [broken, foreign, fragment().value("v", 1).path]).names == ["v"]
    assert ingest(folder, []).names == []


def test_older_fragment_replaces_no_newer_value(folder, fragment):
    combine(folder, fragment().value("v", "new", at=20.0).error("e", "new", at=20.0))
    combine(folder, fragment().value("v", "old", at=10.0).value("e", "old", at=10.0))
    assert stored_values(folder) == {"v": "new", "e": None}
    assert results(folder) == {"v": "new", "e": None}
    assert left(folder) == ["p1234_r7.h5"]


def test_newest_of_several_fragments_wins_in_database_and_file(folder, fragment):
    files = [fragment().value("v", at, at=float(at)) for at in (3, 9, 5)]
    combine(folder, *files)
    assert stored_values(folder) == results(folder) == {"v": 9}


def test_fragments_without_computed_at_are_ordered_by_file_time(folder, fragment):
    combine(folder, fragment().value("v", "new").written_at(200.0))
    combine(folder, fragment().value("v", "old").written_at(100.0))
    assert stored_values(folder) == results(folder) == {"v": "new"}


def test_damaged_fragment_is_quarantined_and_others_are_combined(folder, fragment):
    broken = fragment().value("w", 1)
    broken.path.write_bytes(broken.path.read_bytes()[:500])
    report = combine(folder, broken, fragment().value("v", 1))
    assert stored_values(folder) == {"v": 1}
    ((path, reason),) = report.broken
    assert path == broken.path
    assert left(folder) == ["broken", "p1234_r7.h5"]
    note = folder.extracted_data / "broken" / f"{path.name}.txt"
    assert note.read_text() == f"{reason}\n"
    assert note.with_suffix("").exists()


def test_invalid_variable_name_loses_one_value_and_fragment_is_kept(folder, fragment):
    report = combine(folder, fragment().value("v", 1).value("not-good", 2))
    assert stored_values(folder) == results(folder) == {"v": 1}
    assert "'not-good': it is not a variable name" in report.broken[0].reason
    assert left(folder) == ["broken", "p1234_r7.h5"]


def test_unreadable_value_is_an_error_in_its_cell_only(folder, fragment):
    strange = np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")])
    file = fragment().value("v", 1, at=5.0).value("huge", np.uint64(2**63 + 5), at=5.0)
    file.value("strange", strange, at=5.0).value("scalar", strange[0], at=5.0)
    file.value("texts", np.array(["a", "b"], "S1"), at=5.0, odd=strange)
    report = combine(folder, file)
    assert (report.broken, report.rejected) == ([], [])
    assert stored_values(folder)["v"] == 1
    assert set(stored(folder)) == {"v", "huge", "strange", "scalar", "texts"}
    assert left(folder) == ["p1234_r7.h5"]


def test_vanished_fragment_is_skipped(folder, fragment):
    gone = fragment()
    gone.path.unlink()
    report = combine(folder, gone, fragment().value("v", 1))
    assert report.broken == []
    assert stored_values(folder) == {"v": 1}
    assert combine(folder, gone).combined == []


def test_fragment_is_kept_without_database(folder, fragment):
    folder.database.unlink()
    file = fragment().value("v", 1)
    with pytest.raises(DatabaseMissing):
        combine(folder, file)
    assert file.path.exists()
    assert not folder.database.exists()


def test_user_entered_value_is_not_overwritten(folder, fragment):
    with Database(folder.database).writing() as con:
        save_values(con, [NewValue(KEY, "v", "typed", provenance="manual-input")], now=1.0)
        con.execute("UPDATE variables SET type = 'string' WHERE name = 'v'")
    report = combine(folder, fragment().value("v", "computed", at=5.0).value("w", 1, at=5.0))
    assert [rejected.name for rejected in report.rejected] == ["v"]
    assert stored_values(folder) == {"v": "typed", "w": 1}


def test_damaged_results_file_postpones_run_but_values_are_stored(folder, fragment):
    target = folder.results_file(KEY)
    target.write_text("no HDF5")
    file = fragment().value("v", 1, at=5.0)
    report = combine(folder, file)
    ((key, error),) = report.postponed
    assert key == KEY
    assert str(target) in error.message
    assert stored_values(folder) == {"v": 1}
    assert file.path.exists()
    target.unlink()
    assert combine(folder, file).combined == [KEY]
    assert left(folder) == ["p1234_r7.h5"]


EDIT = "import h5py, sys; file = h5py.File(sys.argv[1], 'r+'); print(flush=True); input()"


def test_locked_results_file_postpones_run(folder, fragment):
    combine(folder, fragment().value("v", 1, at=1.0))
    file = fragment().value("v", 2, at=2.0)
    command = [sys.executable, "-c", EDIT, str(folder.results_file(KEY))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as editor:
        editor.stdout.readline()
        report = combine_run(folder, KEY, [file.path], file_timeout_s=0.1)
        editor.communicate(b"\n")
    assert isinstance(report.postponed[0][1], ResultsBusy)
    assert stored_values(folder) == {"v": 2}
    assert combine(folder, file).postponed == []
    assert results(folder) == {"v": 2}


def test_none_result_clears_older_value(folder, fragment):
    combine(folder, fragment().value("v", 1, at=1.0))
    combine(folder, fragment().error("v", "returned None", "Skip", at=2.0))
    assert stored(folder)["v"].value is None
    assert stored(folder)["v"].attributes["error_cls"] == "Skip"
    with ResultsFile(folder.results_file(KEY)) as file:
        assert not file.has_data("v")
