"""Storage of pandas tables, with and without pyarrow."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from damnit_daemon.hdf5 import load_view
from damnit_daemon.model.view import ViewRequest

from .saved import SavedFolder

LABELS = {
    "integers": [1, 2],
    "floats": [0.5, 1.5],
    "datetimes": pd.to_datetime(["2026-01-01", "2026-01-02"]),
    "levels": pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
    "text": ["a", "b"],
}
ODD_COLUMNS = {
    "category": pd.Series(["a", "b"], dtype="category"),
    "nullable": pd.Series([1, None], dtype="Int64"),
    "zone": pd.Series(pd.date_range("2026-01-01", periods=2, tz="Europe/Berlin")),
    "text with gaps": pd.Series(["a", None]),
}


@pytest.fixture
def folder(tmp_path):
    return SavedFolder(tmp_path)


@pytest.fixture
def without_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)


@pytest.mark.parametrize("kind", LABELS)
def test_column_labels_of_table_are_kept(folder, kind):
    table = pd.DataFrame([[1, 2.5]], columns=LABELS[kind])
    folder.evaluate(it=table)
    pd.testing.assert_frame_equal(folder.read(), table, check_column_type=False)
    assert "note" not in folder.row().attributes


@pytest.mark.parametrize("name", [None, "s", 7, pd.Timestamp("2026-01-01")])
def test_name_of_series_is_kept(folder, name):
    series = pd.Series([1.0, 3.0], index=[10, 20], name=name)
    folder.evaluate(it=series)
    found = folder.read()
    pd.testing.assert_series_equal(found, series, check_names=False)
    assert found.name == name


@pytest.mark.parametrize(
    ("table", "columns", "note"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), ["a", "a_"], "stored as 'a_'"),
        (pd.DataFrame({"a": [{}, 1]}), ["a"], "'a' is stored as text"),
        (pd.DataFrame({"a": [1j]}), ["a.real", "a.imag"], "real and imaginary"),
        (pd.DataFrame({"a": [1, 2]}, index=[1, "b"]), ["a"], ""),
        (pd.DataFrame([[1, 2]], columns=[1, "a"]), ["1", "a"], ""),
    ],
)
def test_columns_without_a_parquet_type_are_simplified_with_a_note(folder, table, columns, note):
    folder.evaluate(it=table)
    assert list(folder.read().columns) == columns
    assert note in folder.row().attributes.get("note", "")


def test_table_with_attributes_that_are_not_json_is_stored(folder):
    table = pd.DataFrame({"a": [1, 2]})
    table.attrs = {"calibration": np.arange(3)}
    folder.evaluate(it=table)
    assert list(folder.read()["a"]) == [1, 2]
    assert list(table.attrs) == ["calibration"]  # what was returned is not changed


@pytest.mark.usefixtures("without_pyarrow")
@pytest.mark.parametrize("kind", ODD_COLUMNS)
def test_columns_of_pandas_types_are_kept_without_pyarrow(folder, kind):
    folder.evaluate(it=pd.DataFrame({"odd": ODD_COLUMNS[kind], "n": [1, 2]}))
    found = folder.read()
    assert list(found["n"].values) == [1, 2]
    assert found["odd"].size == 2


@pytest.mark.usefixtures("without_pyarrow")
def test_repeated_columns_are_kept_without_pyarrow(folder):
    folder.evaluate(it=pd.DataFrame([[1, 2]], columns=["a", "a"]))
    assert (int(folder.read()["a"][0]), int(folder.read()["a_"][0])) == (1, 2)


@pytest.mark.usefixtures("without_pyarrow")
def test_table_that_needs_pyarrow_fails_with_install_command(folder):
    folder.evaluate(it=pd.DataFrame({"a": [{}, 1]}))
    kind, message = folder.error()
    assert kind == "TypeError"
    assert f"{sys.executable} -m pip install pyarrow" in message
    assert "'a'" in message


def words(folder):
    *_, last = load_view(folder.results_file, "it", ViewRequest())
    return last.content


@pytest.mark.parametrize("name", [None, "s", 7])
def test_view_of_series_shows_index_and_values(folder, name):
    folder.evaluate(it=pd.Series([1.5, 2.5], index=[10, 20], name=name))
    text = "\n".join(words(folder).lines)
    assert "10" in text
    assert "2.5" in text


def test_view_of_table_without_pandas_shows_install_command(folder, monkeypatch):
    folder.evaluate(it=pd.DataFrame({"a": [1]}))
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert f"{sys.executable} -m pip install pyarrow" in words(folder).reason
