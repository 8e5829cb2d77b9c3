"""Values that a `Cell` accepts, converts or refuses."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from damnit_ctx import Cell


@pytest.mark.parametrize("value", [5, 2.5, True, 1 + 2j, [1, 2], (1.0, 2.0), np.float32(1), b"abc"])
def test_cell_converts_numbers_and_sequences_to_arrays(value):
    assert isinstance(Cell(value).data, (np.ndarray, np.bytes_))


@pytest.mark.parametrize("value", [None, "text"])
def test_cell_keeps_supported_objects_unchanged(value):
    assert Cell(value).data is value


def test_cell_keeps_xarray_objects_unchanged():
    array, dataset = xr.DataArray([1]), xr.Dataset({"a": 1})
    assert Cell(array).data is array
    assert Cell(dataset).data is dataset


def test_cell_replaces_axes_by_their_figure():
    from matplotlib.figure import Figure

    figure = Figure()
    assert Cell(figure.subplots()).data is figure


@pytest.mark.parametrize(
    "value", [object(), {"a": 1}, ["a", "b"], np.array(["a"]), np.datetime64("2026-01-01")]
)
def test_cell_refuses_values_that_cannot_be_saved(value):
    with pytest.raises(TypeError, match="cannot be saved"):
        Cell(value)


def test_masked_array_in_cell_becomes_nan_at_masked_elements():
    data = Cell(np.ma.array([1, 2, 3], mask=[0, 1, 0])).data
    np.testing.assert_array_equal(data, [1, np.nan, 3])
    assert Cell(np.ma.array([1, 2])).data.dtype.kind == "i"


@pytest.mark.parametrize(
    ("colour", "rgb"), [("#ff8000", (255, 128, 0)), ([1, 2, 3], (1, 2, 3)), (None, None)]
)
def test_cell_converts_background_colour_to_rgb(colour, rgb):
    assert Cell(1, background=colour).background == rgb


@pytest.mark.parametrize(
    "colour", ["red", "#ff80001", "#ggg000", [1, 2], [1, 2, 256], [1, 2, 3, 4]]
)
def test_cell_refuses_invalid_background_colour(colour):
    with pytest.raises(ValueError, match="background"):
        Cell(1, background=colour)


def test_cell_units_default_to_units_of_the_array():
    array = xr.DataArray([1], attrs={"units": "mm"})
    assert Cell(array).units == "mm"
    assert Cell(array, units="um").units == "um"
    assert Cell(xr.DataArray([1], attrs={"units": 5})).units is None
    with pytest.raises(TypeError):
        Cell(1, units=5)


@pytest.mark.parametrize(
    "preview", [np.zeros(3), np.zeros((2, 2), bool), xr.DataArray(np.zeros(3))]
)
def test_cell_accepts_supported_previews(preview):
    assert Cell(1, preview=preview).preview is preview


@pytest.mark.parametrize("preview", [1, "text", np.zeros((2, 2, 2)), xr.Dataset(), object()])
def test_cell_refuses_unsupported_previews(preview):
    with pytest.raises(TypeError):
        Cell(1, preview=preview)


def test_cell_summary_value_is_a_number_or_a_string():
    assert Cell([1, 2], summary_value="two").summary_value == "two"
    assert Cell([1, 2], summary_value=2).summary_value == 2
    with pytest.raises(TypeError, match="number or string"):
        Cell([1, 2], summary_value=object())
