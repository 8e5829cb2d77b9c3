"""Fragments for every return type: data, summary, attributes."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from damnit_daemon.runner import file_format

from .conftest import RunnerInFolder

CONTEXT = Path(__file__).parent / "contexts/return_types.py"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory, data_root):
    runner = RunnerInFolder(tmp_path_factory.mktemp("types"), data_root)
    return runner.run(CONTEXT.read_text())


def load(outcome, name):
    return xr.load_dataset(outcome.done[name].fragment, group=name, engine="h5netcdf")


def objtype(outcome, name):
    with outcome.fragment(name) as file:
        return file[name].attrs.get(file_format.OBJECT_TYPE)


@pytest.mark.extended
def test_value_that_cannot_be_saved_fails_alone(outcome):
    bad = {n for n, done in outcome.done.items() if done.outcome == "failed"}
    assert bad == {"an_object", "list_of_text", "huge_int"}
    assert outcome.ended[-1].outcome == "done"


@pytest.mark.parametrize(
    ("name", "value", "dtype"),
    [
        ("an_int", 5, "i8"),
        ("a_float", 2.5, "f8"),
        ("a_bool", True, "bool"),
        ("a_complex", 1 + 2j, "c16"),
    ],
)
def test_scalars_are_stored_with_their_type(outcome, name, value, dtype):
    for stored in (outcome.data(name), outcome.summary(name)[0]):
        assert stored == value
        assert np.asarray(stored).dtype == np.dtype(dtype)


def test_bytes_are_stored_as_a_string_of_fixed_length(outcome):
    with outcome.fragment("some_bytes") as file:
        for dataset in (file["some_bytes/data"], file[f"{file_format.REDUCED}/some_bytes"]):
            assert dataset.dtype == np.dtype("S3")
            assert dataset[()] == b"abc"


def test_text_is_stored_with_escapes_for_invalid_characters(outcome):
    assert outcome.data("a_text") == outcome.summary("a_text")[0] == "µ\nline"
    assert outcome.data("odd_text") == "nul \\x00 and surrogate \\ud800"


@pytest.mark.parametrize("name", ["a_list", "booleans", "complex_curve", "curve", "no_points"])
def test_curves_have_a_trendline(outcome, name):
    value, attributes = outcome.summary(name)
    assert attributes["summary_type"] == "trendline"
    assert value.shape[0] == 2
    assert value.dtype == np.float64
    assert outcome.data(name).ndim == 1


@pytest.mark.parametrize("name", ["image", "boolean_image", "figure", "axes"])
def test_images_and_figures_have_a_thumbnail(outcome, name):
    value, attributes = outcome.summary(name)
    assert value.dtype == np.uint8
    assert value.tobytes().startswith(b"\x89PNG")
    assert "summary_type" not in attributes


@pytest.mark.parametrize(
    ("name", "kind"), [("figure", "image"), ("axes", "image"), ("image", None)]
)
def test_only_figures_have_the_object_type_image(outcome, name, kind):
    assert objtype(outcome, name) == kind


def test_figures_are_stored_as_pixels(outcome):
    assert outcome.data("figure").shape == (150, 200, 4)


def test_arrays_of_more_dimensions_are_summarised_by_type_and_shape(outcome):
    assert outcome.summary("colour_image")[0] == "uint8: (5, 6, 4)"
    assert outcome.summary("cube")[0] == "float64: (2, 3, 4)"
    assert outcome.data("cube").shape == (2, 3, 4)


def test_dataarray_is_stored_with_coordinates_and_attributes(outcome):
    stored = load(outcome, "dataarray")
    assert objtype(outcome, "dataarray") == "dataarray"
    array = stored["intensity"]
    np.testing.assert_array_equal(array, np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(array.y, [10, 20])
    assert array.when.dtype == np.dtype("M8[ns]") or array.when.dtype.kind == "M"
    assert array.attrs == {"units": "mm", "flag": 1, "nothing": "null", "nested": '{"a": [1]}'}
    assert outcome.summary("dataarray")[1]["units"] == "mm"
    with outcome.fragment("dataarray") as file:
        dataset = file["dataarray/intensity"]
        assert (dataset.compression, dataset.compression_opts, dataset.shuffle) == ("gzip", 1, True)


def test_names_invalid_in_netcdf_are_replaced(outcome):
    same = load(outcome, "dataarray_named_like_its_coordinate")
    assert same.attrs["__xarray_dataarray_name__"] == "x"
    assert list(same.data_vars) == ["__xarray_dataarray_variable__"]
    odd = load(outcome, "dataarray_with_odd_names")
    assert list(odd.data_vars) == ["7"]
    assert list(odd.coords) == ["a_b"]


def test_dataarrays_of_complex_numbers_times_and_levels_are_stored(outcome):
    assert list(load(outcome, "dataarray_of_complex").data_vars) == [
        "__xarray_dataarray_variable__"
    ]
    assert outcome.summary("dataarray_of_time")[0].startswith("2026-01-01")
    levels = load(outcome, "dataarray_with_two_levels")
    np.testing.assert_array_equal(levels.b, [5, 6])


def test_dataset_is_stored_and_summarised_by_size(outcome):
    stored = load(outcome, "dataset")
    assert objtype(outcome, "dataset") == "dataset"
    assert list(stored.s.values) == ["a", "b", "c"]
    assert outcome.summary("dataset")[0].startswith("Dataset (")


@pytest.mark.parametrize("name", ["series", "table"])
def test_pandas_tables_are_stored(outcome, name):
    """As a Parquet file where the user's Python can write one, else as a Dataset."""
    if objtype(outcome, name) == "dataset":
        stored = load(outcome, name).to_dataframe()
    else:
        assert objtype(outcome, name) == ("series" if name == "series" else "dataframe")
        pytest.importorskip("pyarrow")
        stored = pd.read_parquet(io.BytesIO(outcome.data(name).tobytes()))
    if name == "series":
        assert list(stored["s"]) == [1.0, 3.0, 2.0]
        assert list(stored.index) == [10, 20, 30]
        assert outcome.summary(name)[1]["summary_type"] == "trendline"
    else:
        assert list(stored.columns) == ["n", "s", "5"]
        assert list(stored["s"]) == ["a", "b"]
        assert outcome.summary(name)[0].startswith("DataFrame (")


def test_none_is_stored_as_a_skip_without_data(outcome):
    assert outcome.done["nothing"].outcome == "empty"
    assert outcome.error("nothing") == ("The function returned None", "Skip")
    with outcome.fragment("nothing") as file:
        assert "nothing" not in file
        assert "nothing" not in file[file_format.REDUCED]


def test_cell_is_stored_with_summary_attributes_and_preview(outcome):
    value, attributes = outcome.summary("cell")
    assert value == 2.0
    assert attributes["summary_method"] == "mean"
    assert attributes["units"] == "K"
    assert attributes["bold"]
    assert attributes["max_diff"] == 4.0
    assert list(attributes["background"]) == [255, 0, 128]
    with outcome.fragment("cell") as file:
        np.testing.assert_array_equal(file[f"{file_format.PREVIEW}/cell"], np.eye(3))


def test_summary_value_is_stored_without_data(outcome):
    assert outcome.done["words_only"].outcome == "done"
    assert outcome.summary("words_only")[0] == "just words"
    with outcome.fragment("words_only") as file:
        assert "words_only" not in file


def test_masked_elements_are_stored_as_nan(outcome):
    np.testing.assert_array_equal(outcome.data("masked"), [1, np.nan, 3])


def test_failed_summary_is_stored_as_a_note(outcome):
    _, attributes = outcome.summary("bad_summary")
    assert attributes["summary_type"] == "trendline"
    assert "no_such_function" in attributes["note"]
    assert "summary_method" not in attributes


@pytest.mark.parametrize("name", ["an_object", "list_of_text", "huge_int"])
def test_value_that_cannot_be_saved_is_stored_as_an_error(outcome, name):
    message, kind = outcome.error(name)
    assert "cannot be saved" in message
    assert kind == "TypeError"


def test_fragment_has_provenance_context_hash_and_duration(outcome):
    for done in outcome.done.values():
        with outcome.fragment(done.name) as file:
            assert file.attrs["provenance"] == "context.py"
            assert {file_format.REDUCED, file_format.PREVIEW, file_format.ERRORS} <= set(file)
            holder = file[
                f"{file_format.REDUCED}/{done.name}"
                if done.outcome == "done"
                else f"{file_format.ERRORS}/{done.name}"
            ]
            assert holder.attrs["context_hash"] == outcome.loaded.context_hash
            assert holder.attrs["computed_at"] > 1.7e9
            assert holder.attrs["duration_s"] >= 0


def test_no_unfinished_fragment_is_left(outcome):
    folder = Path(outcome.done["an_int"].fragment).parent
    assert not list(folder.glob("*.writing.h5"))
