"""What a `Cell` takes, and what it refuses before anything is written."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from damnit_ctx import Cell


@pytest.mark.parametrize("value", [5, 2.5, True, 1 + 2j, [1, 2], (1.0, 2.0), np.float32(1), b"abc"])
def test_numbers_become_arrays(value):
    assert isinstance(Cell(value).data, (np.ndarray, np.bytes_))


@pytest.mark.parametrize("value", [None, "text"])
def test_kept_as_they_are(value):
    assert Cell(value).data is value


def test_xarray_objects_are_kept():
    array, dataset = xr.DataArray([1]), xr.Dataset({"a": 1})
    assert Cell(array).data is array
    assert Cell(dataset).data is dataset


def test_axes_stand_for_their_figure():
    from matplotlib.figure import Figure

    figure = Figure()
    assert Cell(figure.subplots()).data is figure


@pytest.mark.parametrize(
    "value", [object(), {"a": 1}, ["a", "b"], np.array(["a"]), np.datetime64("2026-01-01")]
)
def test_what_cannot_be_saved(value):
    with pytest.raises(TypeError, match="cannot be saved"):
        Cell(value)


def test_a_mask_is_not_lost():
    data = Cell(np.ma.array([1, 2, 3], mask=[0, 1, 0])).data
    np.testing.assert_array_equal(data, [1, np.nan, 3])
    assert Cell(np.ma.array([1, 2])).data.dtype.kind == "i"


@pytest.mark.parametrize(
    ("colour", "rgb"), [("#ff8000", (255, 128, 0)), ([1, 2, 3], (1, 2, 3)), (None, None)]
)
def test_background(colour, rgb):
    assert Cell(1, background=colour).background == rgb


@pytest.mark.parametrize(
    "colour", ["red", "#ff80001", "#ggg000", [1, 2], [1, 2, 256], [1, 2, 3, 4]]
)
def test_background_that_is_no_colour(colour):
    with pytest.raises(ValueError, match="background"):
        Cell(1, background=colour)


def test_units_come_from_the_array_unless_given():
    array = xr.DataArray([1], attrs={"units": "mm"})
    assert Cell(array).units == "mm"
    assert Cell(array, units="um").units == "um"
    assert Cell(xr.DataArray([1], attrs={"units": 5})).units is None
    with pytest.raises(TypeError):
        Cell(1, units=5)


@pytest.mark.parametrize(
    "preview", [np.zeros(3), np.zeros((2, 2), bool), xr.DataArray(np.zeros(3))]
)
def test_previews(preview):
    assert Cell(1, preview=preview).preview is preview


@pytest.mark.parametrize("preview", [1, "text", np.zeros((2, 2, 2)), xr.Dataset(), object()])
def test_what_is_no_preview(preview):
    with pytest.raises(TypeError):
        Cell(1, preview=preview)


def test_summary_value():
    assert Cell([1, 2], summary_value="two").summary_value == "two"
    assert Cell([1, 2], summary_value=2).summary_value == 2
    with pytest.raises(TypeError, match="number or string"):
        Cell([1, 2], summary_value=object())
