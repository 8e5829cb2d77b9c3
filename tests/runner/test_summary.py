"""Summaries of values, and `max_diff`."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from damnit_ctx import Cell
from damnit_daemon.runner.summary import max_diff, summarise


@pytest.mark.parametrize("value", [5, 2.5, True, 1 + 2j, np.float32(3)])
def test_summary_of_scalar_is_the_scalar(value):
    found = summarise(Cell(value), None)
    assert found.value == value
    assert found.summary_type is None


def test_summary_of_text_is_the_text():
    assert summarise(Cell("abc"), None).value == "abc"


def test_summary_of_curve_is_a_trendline():
    found = summarise(Cell([1, 3, 2]), None)
    assert found.summary_type == "trendline"
    np.testing.assert_array_equal(found.value, [[0, 1, 2], [1, 3, 2]])


def test_summary_of_image_is_a_thumbnail():
    assert summarise(Cell(np.eye(3)), None).value.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (np.zeros((5, 6, 4), np.uint8), "uint8: (5, 6, 4)"),
        (np.zeros((0, 3)), "float64: (0, 3)"),
        (xr.Dataset({"a": ("x", np.zeros(125_000))}), "Dataset (1.00MB)"),
    ],
)
def test_summary_of_other_data_is_type_and_shape_or_size(data, text):
    assert summarise(Cell(data), None).value == text


def test_summary_of_zero_dimensional_text_or_time_is_text():
    assert summarise(Cell(xr.DataArray("abc")), None).value == "abc"
    moment = xr.DataArray(np.datetime64("2026-01-01T00:00:01", "ns"))
    assert summarise(Cell(moment), None).value.startswith("2026-01-01T00:00:01")


def test_summary_by_numpy_function_names_its_method():
    found = summarise(Cell(np.arange(4)), "mean")
    assert (found.value, found.method) == (1.5, "mean")
    assert summarise(Cell(xr.DataArray([1.0, 3.0])), "nanmax").value == 3


def test_summary_value_of_two_rows_is_a_trendline():
    found = summarise(Cell([1], summary_value=np.array([[0, 1, 2], [5, 6, 7]], "i2")), None)
    assert found.summary_type == "trendline"
    assert found.value.dtype == np.int16


@pytest.mark.parametrize("name", ["no_such_function", "pi", "linalg"])
def test_failed_summary_falls_back_to_the_default_with_a_note(name, caplog):
    found = summarise(Cell(np.arange(3)), name)
    assert found.summary_type == "trendline"
    assert found.method is None  # it did not make this value
    assert name in found.note
    assert name in caplog.text


def test_summary_value_takes_precedence_over_summary_method():
    found = summarise(Cell(np.arange(3), summary_value=7), "mean")
    assert (found.value, found.method) == (7, None)


def test_summary_is_made_from_the_preview():
    cell = Cell(np.zeros((4, 5, 6)), preview=np.arange(3))
    assert summarise(cell, None).summary_type == "trendline"


def test_summary_without_data_is_none_or_the_summary_value():
    assert summarise(Cell(None), None).value is None
    assert summarise(Cell(None, summary_value="words"), None).value == "words"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (np.array([1.0, np.nan, 4.0]), 3.0),
        (np.array([127, -128], np.int8), 255.0),
        (np.array([0, 2**64 - 1], np.uint64), float(2**64 - 1)),
        (np.array([True, False]), 1.0),
        (np.array([True, True]), 0.0),
        (np.array([0, 3 + 4j]), 5.0),
        (xr.DataArray([2.0, 1.0]), 1.0),
        (np.array(5), None),
        (np.zeros(1), None),
        (np.array([1, 2], "m8[s]"), None),
        ("text", None),
        (xr.Dataset(), None),
    ],
)
def test_max_diff_is_the_range_of_numeric_data(data, expected):
    assert max_diff(data) == expected


def test_max_diff_of_only_nan_is_nan():
    assert math.isnan(max_diff(np.full(3, np.nan)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.uint64(2**63), "9223372036854775808"),
        (b"caf\xc3\xa9 \xff", "café \\xff"),
        (np.array((1, 2.5), dtype="i4,f8"), "(1, 2.5)"),
    ],
)
def test_summary_that_the_database_cannot_hold_is_text(value, text):
    assert summarise(Cell(value), None).value == text


def test_summary_of_long_double_is_a_float():
    assert type(summarise(Cell(np.longdouble(0.1)), None).value) is float
    assert summarise(Cell(np.array([1, 2], np.uint64)), "max").value == 2
