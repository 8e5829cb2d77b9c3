"""xarray objects, read back as stored: values, attributes, coordinates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from damnit_ctx import Cell
from damnit_daemon.hdf5 import ResultsFile
from tests.conftest import default

from .saved import SavedFolder


@pytest.fixture
def folder(tmp_path):
    return SavedFolder(tmp_path)


INSTRUCTIONS = {
    "scaled": {"scale_factor": 2, "add_offset": 1},
    "missing": {"missing_value": -1},
    "filled": {"_FillValue": 3},
    "since": {"units": "seconds since trigger"},
    "dates": {"units": "days since 2020-01-01", "calendar": "noleap"},
    "seconds": {"units": "seconds"},
    "flags": {"dtype": "bool", "_Unsigned": "true"},
    "coordinates": {"coordinates": "x y", "grid_mapping": "crs", "bounds": "x"},
    "of HDF5": {"CLASS": "IMAGE", "NAME": "frame", "REFERENCE_LIST": 1, "_Netcdf4Dimid": 7},
    "with underscores": {
        "scale_factor": 1,
        "scale_factor_": 2,
        "units_": "mm",
        "scale_factor__": 3,
    },
}


@pytest.mark.parametrize("name", INSTRUCTIONS)
@pytest.mark.parametrize("dtype", default(["i4", "f8", "f4"]))
def test_attribute_that_readers_would_interpret_is_kept(folder, name, dtype):
    data = np.array([-1, 0, 3, 4], dtype)
    value = xr.DataArray(
        data, {"x": ("x", data * 2, INSTRUCTIONS[name])}, ["x"], "it", INSTRUCTIONS[name]
    )
    folder.evaluate(it=value, whole=value.to_dataset().assign_attrs(INSTRUCTIONS[name]))
    for read, given in (("it", value), ("whole", folder.read("whole"))):
        found = folder.read(read)
        xr.testing.assert_identical(found, given)
        assert found.dtype == given.dtype if read == "it" else found["it"].dtype == data.dtype
    # DAMNIT's API reads so.
    theirs = xr.load_dataset(folder.results_file, group="it", engine="h5netcdf")["it"]
    assert theirs.dtype == theirs["x"].dtype == data.dtype
    np.testing.assert_array_equal(theirs, data)
    np.testing.assert_array_equal(theirs["x"], data * 2)


def test_times_with_own_units_attribute_are_kept(folder):
    value = xr.DataArray(
        [1.0, 2.0],
        {"t": ("t", pd.date_range("2026-01-01", periods=2), {"units": "UTC", "calendar": "x"})},
        attrs={"units": "mm"},
    )
    folder.evaluate(it=value)
    xr.testing.assert_identical(folder.read(), value)
    assert folder.row().attributes["units"] == "mm"


def test_encoding_of_the_source_file_is_not_used(folder):
    value = xr.DataArray([0.1, 0.25, 400.0], dims="x")
    value.encoding = {"dtype": "i1", "scale_factor": 0.5, "_FillValue": 0, "coordinates": "y"}
    folder.evaluate(it=value)
    xr.testing.assert_identical(folder.read(), value)


def test_units_that_readers_would_decode_as_times_are_shown(folder):
    value = xr.DataArray(
        np.arange(3.0), {"x": ("x", np.arange(3), {"units": "seconds since trigger"})}, ["x"],
        attrs={"units": "seconds"},
    )  # fmt: skip
    folder.evaluate(it=value)
    assert folder.row().attributes["units"] == "seconds"
    with ResultsFile(folder.results_file) as results:
        description = results.describe("it")
    assert description.dtype == "float64"


class TestCoordinates:
    def test_groupby_bins_is_stored_with_centres_and_edges(self, folder):
        trains = xr.DataArray(np.arange(10.0), dims="t", coords={"delay": ("t", np.arange(10.0))})
        value = trains.groupby_bins("delay", [-1, 1, 4, 9]).mean()
        folder.evaluate(it=value)
        found = folder.read()
        np.testing.assert_array_equal(found, [0.5, 3, 7])
        np.testing.assert_array_equal(found["delay_bins"], [0, 2.5, 6.5])
        np.testing.assert_array_equal(found["delay_bins_left"], [-1, 1, 4])
        np.testing.assert_array_equal(found["delay_bins_right"], [1, 4, 9])
        assert found["delay_bins"].attrs["closed"] == "right"
        np.testing.assert_array_equal(folder.summary(), [[0, 2.5, 6.5], [0.5, 3, 7]])
        assert "note" not in folder.row().attributes

    def test_groupby_bins_of_times_in_a_dataset_is_stored(self, folder):
        times = pd.date_range("2026-01-01", periods=4)
        value = xr.Dataset({"a": ("t", np.arange(4.0))}, {"t": times})
        folder.evaluate(it=value.groupby_bins("t", times[[0, 2, 3]]).sum())
        found = folder.read()
        assert list(found["t_bins_left"].values) == list(times[[0, 2]].values)
        assert found["t_bins"].dtype.kind == "M"

    def test_levels_of_a_multi_index_become_coordinates(self, folder):
        value = xr.DataArray(
            np.arange(6.0).reshape(3, 2), {"x": [1, 2, 3], "y": ["a", "b"]}, ["x", "y"]
        ).stack(xy=("x", "y"))
        folder.evaluate(it=value)
        found = folder.read()
        np.testing.assert_array_equal(found, np.arange(6.0))
        np.testing.assert_array_equal(found["x"], [1, 1, 2, 2, 3, 3])
        assert list(found["y"].values) == ["a", "b"] * 3

    @pytest.mark.parametrize(
        ("labels", "stored", "note"),
        [
            ([pd.Period("2026-01"), pd.Period("2026-02")], ["2026-01", "2026-02"], "Period"),
            ([("a", 1), ("b", 2)], ["('a', 1)", "('b', 2)"], "tuple"),
            ([1, "a"], ["1", "a"], "int, str"),
            (["a", None], ["a", ""], "empty text"),
        ],
    )
    def test_object_coordinates_become_text_with_a_note(self, folder, labels, stored, note):
        objects = np.empty(2, object)
        objects[:] = labels
        value = xr.DataArray([1.0, 2.0], {"label": ("x", objects)}, ["x"])
        folder.evaluate(it=value)
        assert list(folder.read()["label"].values) == stored
        assert "'label' is stored" in folder.row().attributes["note"]
        assert note in folder.row().attributes["note"]

    def test_number_coordinates_with_gaps_become_floats(self, folder):
        value = xr.DataArray([1.0, 2.0], {"n": ("x", np.array([1, None], object))}, ["x"])
        folder.evaluate(it=value)
        np.testing.assert_array_equal(folder.read()["n"], [1, np.nan])

    def test_times_with_a_zone_are_stored_in_utc(self, folder):
        times = pd.date_range("2026-01-01", periods=2, tz="Europe/Berlin")
        folder.evaluate(it=xr.DataArray([1.0, 2.0], {"t": times}, ["t"]))
        assert folder.read()["t"].values[0] == np.datetime64("2025-12-31T23:00")
        assert "in UTC" in folder.row().attributes["note"]

    def test_coordinate_name_with_a_space_gets_an_underscore(self, folder):
        value = xr.DataArray([1.0, 2.0], {"laser delay": ("x", [3, 4])}, ["x"])
        folder.evaluate(it=value)
        np.testing.assert_array_equal(folder.read()["laser_delay"], [3, 4])
        assert "'laser delay' is stored as 'laser_delay'" in folder.row().attributes["note"]


def test_object_data_fail_with_their_types_and_a_remedy(folder):
    lots = np.array([{}, set()], object)
    folder.evaluate(array=xr.DataArray(lots, dims="x"), whole=xr.Dataset({"lots": ("x", lots)}))
    kind, message = folder.error("array")
    assert kind == "TypeError"
    assert "dict, set cannot be stored" in message
    assert ".astype" in message
    assert "'lots'" in folder.error("whole")[1]


class TestOtherArrays:
    """Arrays of other libraries in xarray objects, and without."""

    def test_dask_array_is_stored(self, folder):
        pytest.importorskip("dask")
        value = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("y", "x")).chunk({"x": 1})
        folder.evaluate(it=value.mean("y"), whole=value.to_dataset(name="a"))
        np.testing.assert_array_equal(folder.read(), [1.5, 2.5, 3.5])
        np.testing.assert_array_equal(folder.summary()[1], [1.5, 2.5, 3.5])
        np.testing.assert_array_equal(folder.read("whole")["a"], value)

    def test_sparse_array_is_stored(self, folder):
        sparse = pytest.importorskip("sparse")
        value = xr.DataArray(sparse.COO([[1]], [2.0], shape=(4,)), dims="x")
        folder.evaluate(it=value)
        np.testing.assert_array_equal(folder.read(), [0, 2, 0, 0])
        np.testing.assert_array_equal(folder.summary()[1], [0, 2, 0, 0])

    def test_units_of_pint_are_kept(self, folder):
        units = pytest.importorskip("pint").UnitRegistry()
        array = xr.DataArray(np.arange(3.0) * units("keV"), dims="x")
        folder.evaluate(
            energy=units.Quantity(9.3, "keV"),
            curve=np.arange(3.0) * units("mJ"),
            it=array,
            whole=array.to_dataset(name="a"),
            shown=Cell(np.arange(2.0), summary_value=units.Quantity(5.0, "mm")),
            given=Cell(units.Quantity(1.0, "m"), units="metres"),
        )
        assert (folder.summary("energy"), folder.row("energy").attributes["units"]) == (9.3, "keV")
        assert folder.row("curve").attributes["units"] == "mJ"
        assert folder.row().attributes["units"] == folder.read().attrs["units"] == "keV"
        assert folder.read("whole")["a"].attrs["units"] == "keV"
        assert folder.row("shown").attributes["units"] == "mm"
        assert folder.row("given").attributes["units"] == "metres"
        assert array.attrs == {}  # what was returned is not changed


class TestAttributes:
    @pytest.mark.extended
    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            (np.str_("a"), "a"),
            (np.array(["a", "b"]), ["a", "b"]),
            (np.array(["a", "b"], object), ["a", "b"]),
            (["a"], "a"),
            ([], "[]"),
            (b"abc", "abc"),
            ("nul \0", "nul \\x00"),
            (None, "null"),
            (True, 1),
            (1 + 2j, "(1+2j)"),
            (10**30, str(10**30)),
            (np.eye(2), "[[1.0, 0.0], [0.0, 1.0]]"),
            ({"a": np.arange(2)}, '{"a": [0, 1]}'),
            (np.datetime64("2026-01-01"), "2026-01-01"),
        ],
    )
    def test_unusual_attribute_is_simplified(self, folder, given, stored):
        value = xr.DataArray([1.0], dims="x", attrs={"odd": given})
        folder.evaluate(it=value, whole=xr.Dataset({"a": value}, attrs={"odd": given}))
        np.testing.assert_array_equal(folder.read(), [1.0])
        for attributes in (folder.read().attrs, folder.read("whole").attrs):
            found = attributes["odd"]
            assert (list(found) if isinstance(found, np.ndarray) else found) == stored

    def test_long_attribute_is_stored_as_text(self, folder):
        value = xr.DataArray([1.0], dims="x", attrs={"long": np.arange(20_000), "n": 1})
        folder.evaluate(it=value)
        assert folder.read().attrs["long"].startswith("[0, 1, 2,")

    def test_too_long_attribute_is_omitted_with_a_note(self, folder):
        value = xr.DataArray([1.0], dims="x", attrs={"long": np.arange(500_000), "n": 1})
        folder.evaluate(it=value)
        assert folder.read().attrs == {"n": 1}
        assert "attribute 'long' is too large" in folder.row().attributes["note"]

    def test_attribute_names_become_distinct_valid_text(self, folder):
        value = xr.DataArray([1.0], dims="x", attrs={1: "a", "1": "b", "": "c", "a/b": 1, "a_b": 2})
        folder.evaluate(it=value)
        assert sorted(folder.read().attrs) == ["1", "1_", "_", "a_b", "a_b_"]


def test_names_with_slash_and_underscore_are_both_kept(folder):
    value = xr.Dataset({"a/b": ("x", [1, 2]), "a_b": ("x", [3, 4])}, {"c/d": ("x", [5, 6])})
    folder.evaluate(it=value)
    found = folder.read()
    np.testing.assert_array_equal(found["a_b"], [3, 4])
    np.testing.assert_array_equal(found["a_b_"], [1, 2])
    np.testing.assert_array_equal(found["c_d"], [5, 6])
    assert folder.row().attributes["note"] == "'a/b' is stored as 'a_b_'"


def test_background_with_transparency_is_stored_without_it(folder):
    folder.evaluate(it=Cell(5, background="#FFcc00ff"))
    assert folder.summary() == 5
    assert folder.row().attributes["background"] == [255, 204, 0]
    assert folder.row().attributes["note"] == "background #FFcc00ff is stored as #FFcc00"


def test_complex_data_are_compressed(folder):
    import h5py

    value = xr.DataArray(np.zeros((100, 50), np.complex64), dims=("y", "x"), name="it")
    folder.evaluate(it=value)
    assert folder.read().dtype == np.complex64
    with h5py.File(folder.results_file) as file:
        dataset = file["it/it"]
        assert (dataset.compression, dataset.compression_opts, dataset.shuffle) == ("gzip", 1, True)
