"""Replacement of an earlier evaluation by the last one in table, database and HDF5."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
import xarray as xr

from damnit_ctx import Cell
from damnit_daemon.hdf5 import ResultsFile, load_view
from damnit_daemon.model.view import ViewRequest
from damnit_daemon.runner import file_format

from .saved import SavedFolder

EARLIER = {
    "scalar": 5,
    "array with preview": Cell(np.arange(4.0), preview=np.eye(3), units="mm", bold=True),
    "dataset": xr.Dataset({"a": ("x", np.arange(3))}, {"x": [1, 2, 3]}),
    "table value alone": Cell(None, summary_value="words"),
    "preview alone": Cell(None, preview=xr.DataArray([1.0, 2.0], dims="t")),
}


@pytest.fixture
def folder(tmp_path):
    return SavedFolder(tmp_path)


def parts(folder) -> set[str]:
    """Where the results file has anything of the variable."""
    with h5py.File(folder.results_file) as file:
        places = [
            "it",
            *(f"{g}/it" for g in (file_format.REDUCED, file_format.PREVIEW, file_format.ERRORS)),
        ]
        return {place.rpartition("/")[0] or "data" for place in places if place in file}


@pytest.mark.parametrize("earlier", EARLIER)
def test_empty_cell_replaces_earlier_value(folder, earlier):
    folder.evaluate(it=EARLIER[earlier])
    folder.evaluate(it=Cell(None))
    assert folder.raw_columns() == (None, None, None, None)
    assert folder.error() == ("Skip", "The function returned None")
    assert parts(folder) == {file_format.ERRORS}


@pytest.mark.parametrize("earlier", EARLIER)
def test_preview_alone_replaces_earlier_value(folder, earlier):
    folder.evaluate(it=EARLIER[earlier])
    folder.evaluate(it=Cell(None, preview=np.arange(5.0)))
    assert folder.row().summary_type == "trendline"
    np.testing.assert_array_equal(folder.summary(), [np.arange(5.0)] * 2)
    assert not {"units", "bold", "error"} & set(folder.row().attributes)
    assert parts(folder) == {file_format.REDUCED, file_format.PREVIEW}
    with ResultsFile(folder.results_file) as results:
        assert not results.has_data("it")
        np.testing.assert_array_equal(results.preview("it"), np.arange(5.0))
    *_, looked = load_view(folder.results_file, "it", ViewRequest())
    assert looked.about.is_preview
    assert looked.content.range == (0, 4)


def test_cell_with_only_an_image_preview_has_a_thumbnail(folder):
    folder.evaluate(it=Cell(None, "mean", preview=np.eye(3)))
    assert folder.summary().startswith(b"\x89PNG")
    assert "note" not in folder.row().attributes  # there are no data to take the mean of


@pytest.mark.parametrize("earlier", EARLIER)
def test_summary_value_alone_replaces_earlier_value_and_data(folder, earlier):
    folder.evaluate(it=EARLIER[earlier])
    folder.evaluate(it=Cell(None, summary_value=7, background="#102030"))
    assert folder.summary() == 7
    assert folder.row().attributes["background"] == [16, 32, 48]
    assert parts(folder) == {file_format.REDUCED}


def test_value_replaces_earlier_empty_cell(folder):
    folder.evaluate(it=Cell(None))
    folder.evaluate(it=5)
    assert folder.summary() == folder.read() == 5
    assert parts(folder) == {"data", file_format.REDUCED}
