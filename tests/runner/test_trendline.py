"""Trendlines: short curves whole, long curves by their extrema."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from damnit_daemon.runner.trendline import MAX_POINTS, trendline


def test_trendline_keeps_short_curve_whole():
    y = np.array([3, 1, np.nan, 2])
    np.testing.assert_array_equal(trendline(y), [[0, 1, 2, 3], y])


@pytest.mark.parametrize("length", [MAX_POINTS, 1000, 123_457])
def test_trendline_of_long_curve_keeps_extrema_and_ends(length):
    y = np.random.default_rng(1).standard_normal(length)
    y[length // 3], y[length // 2] = 50, -50
    line = trendline(y)
    assert line.dtype == np.float64
    assert line.shape[0] == 2
    assert line.shape[1] <= 122
    assert np.all(np.diff(line[0]) > 0)
    assert (line[0, 0], line[0, -1]) == (0, length - 1)
    assert (line[1].max(), line[1].min()) == (50, -50)
    np.testing.assert_array_equal(y[line[0].astype(int)], line[1])


def test_trendline_of_long_curve_omits_points_that_are_not_finite():
    y = np.full(1000, np.nan)
    y[[10, 500]] = 1, 2
    np.testing.assert_array_equal(trendline(y), [[10, 500], [1, 2]])
    assert trendline(np.full(1000, np.nan)).shape == (2, 0)


def test_trendline_of_empty_curve_is_empty():
    assert trendline(np.zeros(0)).shape == (2, 0)


def test_trendline_of_booleans_and_complex_numbers_is_real():
    np.testing.assert_array_equal(trendline(np.array([True, False]))[1], [1, 0])
    np.testing.assert_array_equal(trendline(np.array([3 + 4j]))[1], [5])


def test_trendline_is_sorted_by_its_coordinate():
    array = xr.DataArray([1, 2, 3], dims="x", coords={"x": [3.0, 1.0, 2.0]})
    np.testing.assert_array_equal(trendline(array), [[1, 2, 3], [2, 3, 1]])


def test_trendline_over_times_has_unix_seconds():
    times = np.array(["2026-01-01T00:00:00", "2026-01-01T00:00:01.5"], dtype="M8[ns]")
    array = xr.DataArray([1, 2], dims="t", coords={"t": times})
    np.testing.assert_array_equal(trendline(array)[0], [1767225600, 1767225601.5])


@pytest.mark.parametrize("coords", [{}, {"t": ["a", "b"]}])
def test_trendline_without_numeric_coordinate_has_the_index(coords):
    array = xr.DataArray([1, 2], dims="t", coords=coords)
    np.testing.assert_array_equal(trendline(array)[0], [0, 1])
