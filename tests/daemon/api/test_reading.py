"""Reading a DAMNIT folder with the Python API."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from damnit_daemon.api import Folder, NoSuchRun, NoSuchVariable
from damnit_daemon.errors import DamnitError
from damnit_daemon.hdf5 import NoSuchData
from damnit_daemon.ledger import (
    Ledger,
    Outcome,
    TakenFiles,
    VariableProgress,
    save_files,
    save_progress,
)
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.services.extraction import extract
from damnit_daemon.store import (
    Database,
    LabelChange,
    NewValue,
    add_user_variable,
    ensure_run,
    save_labels,
    save_values,
)
from tests.daemon.builders import keys, make_damnit_folder
from tests.daemon.ledger.builders import queued, running

CONTEXT = """
import numpy as np
import xarray as xr

@Variable(title="Beam/Energy", units="uJ", tags="xgm")
def energy(run, number: "meta#run_number"):
    '''Of each pulse.'''
    return 1.5 * number

@Variable(title="Count")
def count(run):
    return 3

@Variable(title="Curve", summary="mean")
def curve(run):
    return xr.DataArray(np.arange(5.0), dims="train", attrs={"units": "mm"})

@Variable(title="Image")
def image(run):
    return Cell(np.ones((20, 30)), preview=np.zeros((4, 5)))

@Variable(title="Odd")
def odd(run, number: "meta#run_number"):
    if number % 2 == 0:
        raise Skip("it is even")
    return {}["gone"] if number == 3 else True
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Runs 1 to 3, evaluated; run 4 only announced; a column that people fill in."""
    damnit = make_damnit_folder(tmp_path_factory.mktemp("api") / "amore", CONTEXT)
    assert extract(damnit, keys(1, 2, 3), mock=True).ok
    now = time.time()
    with Database(damnit.database).writing() as con:
        ensure_run(con, RunKey(1234, 4), added_at=now)
        add_user_variable(con, VariableInfo("checked", "Checked", type="boolean"))
        typed = [("checked", 1), ("comment", "good beam")]
        values = [NewValue(RunKey(1234, 1), n, v, provenance="manual-input") for n, v in typed]
        save_values(con, values, now=now)
    return damnit


@pytest.fixture
def folder(made):
    return Folder(made.path)


@pytest.mark.extended
def test_folder_lists_proposal_runs_and_variables(folder, made):
    assert folder.path == made.path
    assert folder.proposal == 1234
    assert [run.number for run in folder.runs()] == [1, 2, 3]
    assert [run.number for run in folder.runs(processed=False)] == [1, 2, 3, 4]
    assert [run.key for run in folder] == keys(1, 2, 3)
    by_name = {column.name: column for column in folder.variables()}
    assert by_name["energy"].title == "Beam/Energy"
    assert by_name["energy"].tags == ("xgm",)
    assert by_name["energy"].description == "Of each pulse."
    assert by_name["checked"].type == "boolean"
    assert repr(folder) == f"Folder({str(made.path)!r})"


def test_table_without_pandas_names_the_extra_to_install(tmp_path):
    path = make_damnit_folder(tmp_path / "amore").path
    code = (
        "import sys; sys.modules['pandas'] = None; "
        f"from damnit_daemon.api import Folder; Folder({str(path)!r}).table()"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr.splitlines()[-1] == (
        "damnit_daemon.errors.ExtraMissing: For a DataFrame, pandas is needed. "
        "Install it: pip install 'damnit-tui[pandas]'"
    )


def test_runs_are_selected_by_label(folder, made):
    with Database(made.database).writing() as con:
        save_labels(con, [LabelChange(RunKey(1234, 2), (), ("good", "sample-7"))])
    assert [run.number for run in folder.runs(label="Good")] == [2]
    assert [run.number for run in folder.runs(label="none")] == [1, 3]
    assert folder[2].labels == ("good", "sample-7")
    table = folder.table(filter="label:good", columns="labels")
    assert table[["run", "labels"]].values.tolist() == [[2, "good sample-7"]]
    with Database(made.database).writing() as con:
        save_labels(con, [LabelChange(RunKey(1234, 2), ("good", "sample-7"), ())])


def test_folder_without_run_database_is_refused(tmp_path):
    with pytest.raises(DamnitError, match="no folder"):
        Folder(tmp_path / "nowhere")
    with pytest.raises(DamnitError, match="no run database"):
        Folder(tmp_path)


def test_run_has_comment_start_time_and_variable_names(folder):
    run = folder[1]
    assert (run.proposal, run.number, run.comment) == (1234, 1, "good beam")
    assert folder[1234, 1].key == run.key
    assert abs(run.start_time - datetime.now(UTC)).total_seconds() < 1000
    assert set(run.names()) == {
        "energy", "count", "curve", "image", "odd", "checked", "comment",
    }  # fmt: skip
    assert "energy" in run
    assert "gone" not in run
    assert {value.name for value in run} == set(run.names())
    assert folder[4].start_time is None
    assert folder[4].names() == []


@pytest.mark.parametrize("item", [99, (1, 1), (99, "energy")])
def test_unknown_run_raises_no_such_run(folder, item):
    with pytest.raises(NoSuchRun, match="There is no run"):
        folder[item]
    with pytest.raises(KeyError):
        folder[item]


@pytest.mark.parametrize("item", ["energy", (1, 2, 3), 1.5, ()])
def test_run_index_of_wrong_type_raises_type_error(folder, item):
    with pytest.raises(TypeError):
        folder[item]


def test_run_number_in_several_proposals_needs_the_proposal(tmp_path):
    damnit = make_damnit_folder(tmp_path / "amore")
    with Database(damnit.database).writing() as con:
        for proposal in (1, 2, 1234):
            ensure_run(con, RunKey(proposal, 1), added_at=1.0, start_time=1.0)
        for proposal in (1, 2):
            ensure_run(con, RunKey(proposal, 2), added_at=1.0, start_time=1.0)
    folder = Folder(damnit.path)
    assert folder[1].proposal == 1234
    assert folder[2, 1].proposal == 2
    with pytest.raises(NoSuchRun, match="one of several proposals: 1, 2"):
        folder[2]


def test_value_has_summary_units_and_provenance(folder):
    value = folder[2, "energy"]
    assert (value.name, value.title, value.summary, value.units) == (
        "energy", "Beam/Energy", 3.0, "uJ",
    )  # fmt: skip
    assert value.error is None
    assert value.provenance == "context.py"
    assert value.data() == 3.0
    assert value.preview() is None
    assert abs(value.computed_at - datetime.now(UTC)).total_seconds() < 1000
    assert value.stored_at >= value.computed_at
    assert value.duration_s >= 0
    assert len(value.context_hash) == 16
    assert "3.0" in repr(value)
    assert folder[2]["Beam/Energy"].name == "energy"


def test_value_returns_data_and_preview(folder):
    curve = folder[1, "curve"]
    assert (curve.summary, curve.units, curve.max_diff) == (2.0, "mm", 4.0)
    assert isinstance(curve.data(), xr.DataArray)
    assert curve.describe().shape == (5,)
    image = folder[1, "image"]
    assert image.data().shape == (20, 30)
    np.testing.assert_array_equal(image.preview(), np.zeros((4, 5)))
    assert image.summary.startswith(b"\x89PNG")


def test_value_of_failed_variable_has_error_and_raises_no_such_data(folder):
    skipped, failed = folder[2, "odd"], folder[3, "odd"]
    assert (skipped.error.message, skipped.error.is_skip) == ("it is even", True)
    assert (failed.error.error_class, failed.error.is_skip) == ("KeyError", False)
    assert skipped.summary is None
    assert "it is even" in repr(skipped)
    with pytest.raises(NoSuchData, match="it is even"):
        skipped.data()


def test_user_entered_values_are_read(folder):
    checked = folder[1, "checked"]
    assert checked.summary is True
    assert checked.data() is True
    assert checked.provenance == "manual-input"
    assert folder[1, "comment"].data() == "good beam"


def test_unknown_variable_raises_with_nearest_name(folder):
    with pytest.raises(NoSuchVariable, match="Did you mean 'energy'"):
        folder[1, "enery"]
    with pytest.raises(NoSuchVariable, match="Run 2 has no value of 'checked'"):
        folder[2, "checked"]
    with pytest.raises(KeyError):
        folder[1, "x"]


def test_table_has_typed_columns_for_all_runs(folder):
    table = folder.table()
    assert list(table["run"]) == [1, 2, 3, 4]
    assert list(table.columns[:3]) == ["proposal", "run", "start_time"]
    assert table["energy"].dtype == "float64"
    assert list(table["energy"][:3]) == [1.5, 3.0, 4.5]
    assert table["count"].dtype == "Int64"
    assert table["count"][3] is pd.NA
    assert table["checked"].dtype == "boolean"
    assert list(table["image"][:3]) == ["<image>"] * 3
    assert table["odd"].isna().tolist() == [False, True, True, True]
    assert str(table["start_time"].dt.tz) == "UTC"
    assert pd.isna(table["start_time"][3])


def test_table_refuses_a_filter_that_no_value_can_match(folder):
    with pytest.raises(DamnitError, match="'abc' is not a number, and Beam/Energy has no texts"):
        folder.table(filter="energy > abc")


def test_table_applies_filter_sort_order_and_columns(folder):
    table = folder.table(filter="energy > 2", sort="-run", columns="Count,Beam/Energy", titles=True)
    assert list(table["Run"]) == [3, 2]
    assert list(table.columns) == ["Proposal", "Run", "Timestamp", "Count", "Beam/Energy"]
    with pytest.raises(DamnitError):
        folder.table(columns="nothing")
    with pytest.raises(DamnitError, match="Image has no numbers or texts to sort by"):
        folder.table(sort="-image")


def test_jobs_and_timings_are_read_from_ledger(tmp_path):
    damnit = make_damnit_folder(tmp_path / "amore")
    folder = Folder(damnit.path)
    assert folder.jobs() == []
    assert folder.timings() == []
    ledger = Ledger(damnit.ledger)
    ledger.create()
    with ledger.writing() as con:
        first, _ = running(con, 1), queued(con, 2)
        save_progress(con, [VariableProgress(first, "a", Outcome.DONE, duration_s=2.0)])
    with Database(damnit.database).writing() as con:
        ensure_run(con, RunKey(1234, 1), added_at=1.0)
    assert [job.run_key.run for job in folder.jobs()] == [2, 1]
    assert [job.run_key.run for job in folder.jobs(1, limit=5)] == [1]
    assert [t.name for t in folder.timings()] == ["a"]


def test_run_lists_its_unreadable_files(tmp_path):
    damnit = make_damnit_folder(tmp_path / "amore")
    with Database(damnit.database).writing() as con:
        for key in keys(1, 2):
            ensure_run(con, key, added_at=1.0)
    folder = Folder(damnit.path)
    assert folder[1].unreadable_files == ""  # no daemon has worked here
    ledger = Ledger(damnit.ledger)
    ledger.create()
    with ledger.writing() as con:
        for data in ("raw", "proc"):
            found = TakenFiles(12, 1, 1, 1, f"3 of 12 files unreadable ({data}.h5: empty)")
            save_files(con, RunKey(1234, 1), data, found, now=1.0)
        save_files(con, RunKey(1234, 2), "raw", TakenFiles(12, 1, 1, 1), now=1.0)
    assert folder[1].unreadable_files == (
        "raw: 3 of 12 files unreadable (raw.h5: empty) · "
        "proc: 3 of 12 files unreadable (proc.h5: empty)"
    )
    assert folder[2].unreadable_files == ""


def test_reading_changes_no_file_in_folder(folder, made):
    before = {p: p.stat().st_mtime_ns for p in made.path.rglob("*")}
    folder.table()
    folder[1, "curve"].data()
    assert {p: p.stat().st_mtime_ns for p in made.path.rglob("*")} == before


def test_importing_api_imports_no_heavy_module():
    code = (
        "import sys, damnit_daemon.api\n"
        "heavy = {'numpy', 'h5py', 'xarray', 'pandas', 'matplotlib', 'textual', 'kafka'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
