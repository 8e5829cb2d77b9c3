"""Submission of results computed outside the daemon."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from damnit_ctx import Cell, Skip
from damnit_daemon.api import Folder, submit
from damnit_daemon.combine import combine_folder
from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey, VariableInfo
from damnit_daemon.services.extraction import extract
from damnit_daemon.store import Database, add_user_variable
from tests.daemon.builders import keys, make_damnit_folder


@pytest.fixture
def damnit(tmp_path):
    return make_damnit_folder(tmp_path / "amore", "@Variable\ndef a(run):\n    return 1\n")


def test_submitted_values_and_errors_appear_in_table(damnit):
    path = submit(
        damnit.path,
        7,
        {"peak": Cell(2.5, units="mm"), "fit.curve": xr.DataArray(np.arange(4.0), dims="x")},
        provenance="fit.ipynb",
        errors={"width": Skip("no peak"), "height": ValueError("inf"), "depth": "too deep"},
        start_time=1_700_000_000.0,
    )
    folder = Folder(damnit.path)
    assert folder.runs(processed=False) == []  # until somebody takes it
    assert [found for _, found in damnit.fragments()] == [path]

    combine_folder(damnit)
    run = folder[7]
    assert run.start_time.timestamp() == 1_700_000_000.0
    assert set(run.names()) == {"peak", "fit.curve", "width", "height", "depth"}
    assert (run["peak"].data(), run["peak"].units) == (2.5, "mm")
    assert {value.provenance for value in run} == {"fit.ipynb"}
    assert run["fit.curve"].data().dims == ("x",)
    assert run["fit.curve"].computed_at is not None
    assert run["fit.curve"].duration_s is None
    assert (run["width"].error.message, run["width"].error.is_skip) == ("no peak", True)
    assert run["height"].error.error_class == "ValueError"
    assert run["depth"].error.message == "too deep"


def test_submitted_value_is_stored_beside_context_file_values(damnit):
    assert extract(damnit, keys(1), mock=True).ok
    Folder(damnit.path).submit(1, {"peak": 1}, provenance="me")
    combine_folder(damnit)
    run = Folder(damnit.path)[1]
    assert {v.name: v.provenance for v in run} == {"a": "context.py", "peak": "me"}
    assert (run["a"].data(), run["peak"].data()) == (1, 1)


def test_later_submission_replaces_earlier_value(damnit):
    folder = Folder(damnit.path)
    for number in (1, 2):
        folder.submit(RunKey(99, 1), {"peak": number}, provenance="me")
    combine_folder(damnit)
    assert folder[99, 1, "peak"].summary == 2


@pytest.mark.parametrize(
    ("values", "more", "said"),
    [
        ({"a b": 1}, {}, "is not a variable name"),
        ({"comment": "x"}, {}, "entered by users"),
        ({"typed": 1}, {}, "user-editable"),
        ({"x": 1}, {"errors": {"x": "no"}}, "both a value and an error"),
        ({}, {"errors": {"start_time": "no"}}, "it is no error"),
        ({"x": None}, {}, "give the reason in errors"),
        ({"x": Cell(None)}, {}, "give the reason in errors"),
        ({"x": object()}, {}, "x cannot be stored"),
        ({"x": 1}, {"provenance": ""}, "must name the origin of the results"),
        ({}, {}, "Nothing to submit"),
    ],
)
def test_invalid_submission_is_refused_and_leaves_no_file(damnit, values, more, said):
    with Database(damnit.database).writing() as con:
        add_user_variable(con, VariableInfo("typed", "Typed", type="integer"))
    with pytest.raises(DamnitError, match=said):
        submit(
            damnit.path, 1, {"fine": 1, **values} if values else {}, **{"provenance": "me", **more}
        )
    assert not damnit.extracted_data.exists()


def test_value_that_cannot_be_stored_refuses_whole_submission(damnit):
    class Odd:
        dtype = "none"

    cell = Cell(1)
    cell.data = Odd()
    with pytest.raises(DamnitError, match="odd cannot be stored") as caught:
        submit(damnit.path, 1, {"fine": 1, "odd": cell}, provenance="me")
    assert "Nothing was submitted" in caught.value.hint
    assert list(damnit.extracted_data.iterdir()) == []


def test_submission_may_set_start_time_of_run(damnit):
    submit(damnit.path, 3, {"start_time": 1.7e9, "x": 1}, provenance="me")
    combine_folder(damnit)
    assert Folder(damnit.path)[3].start_time.timestamp() == 1.7e9
