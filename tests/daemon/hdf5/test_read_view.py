"""Views of each type of data, down to the numbers."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
import xarray as xr

from damnit_daemon.hdf5 import NoSuchData, load_view, load_view_in_folder
from damnit_daemon.model import RunKey
from damnit_daemon.model.view import (
    AxisKind,
    Colours,
    ComplexPart,
    Curve,
    Figure,
    How,
    NotDrawable,
    ReducedImage,
    TextContent,
    ViewRequest,
)
from damnit_daemon.paths import DamnitFolder

from .builders import Fragment

TRAIN = 1_500_000_000


@pytest.fixture
def file(tmp_path):
    return Fragment(tmp_path / "p1_r2.h5")


def seen(file, name="v", **view):
    """The last answer."""
    *_, looked = load_view(file.path, name, ViewRequest(**view))
    assert looked.read == 1
    return looked


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        (3, ("3",)),
        (2.5, ("2.5",)),
        (float("nan"), ("nan",)),
        (True, ("yes",)),
        (1 + 2j, ("(1+2j)",)),
        (np.float32(0.5), ("0.5",)),
        ("two\nlines", ("two", "lines")),
        ("", ("",)),
        (b"ab\x00c", ("00000000  61 62 00 63                                      ab·c",)),
    ],
)
def test_scalar_is_viewed_as_text(file, value, lines):
    assert seen(file.value("v", value)).content == TextContent(
        lines, wraps=not isinstance(value, bytes)
    )


def test_reduced_curve_keeps_extremes(file):
    y = np.zeros(100_000)
    y[31_415], y[92_653] = 7.0, -3.0
    curve = seen(file.data("v", y), columns=100).content
    assert isinstance(curve, Curve)
    assert curve.range == (-3.0, 7.0)
    assert np.nanargmax(curve.greatest) == 31
    assert np.nanargmin(curve.least) == 92
    assert curve.points == 100_000
    assert curve.mean[31] == pytest.approx(7 / 1000)


def test_short_curve_has_each_point(file):
    curve = seen(file.data("v", [1.0, 4.0, 9.0]), columns=5).content
    assert curve.mean[curve.filled].tolist() == [1, 4, 9]
    assert curve.axis.kind is AxisKind.INDEX
    assert curve.window == (0, 2)


def test_window_of_curve_is_read_alone(file):
    curve = seen(file.data("v", np.arange(1000.0)), columns=10, x=(100, 109)).content
    assert curve.mean.tolist() == list(np.arange(100.0, 110))
    assert curve.points == 10


def test_boolean_and_integer_arrays_are_curves(file):
    file.data("b", np.array([True, False, True])).data("i", np.array([3, -128], "i1"))
    assert seen(file, "b", columns=3).content.mean.tolist() == [1, 0, 1]
    assert seen(file, "i", columns=2).content.least.tolist() == [3, -128]


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (ComplexPart.REAL, [3.0, 0.0]),
        (ComplexPart.IMAGINARY, [4.0, -1.0]),
        (ComplexPart.MAGNITUDE, [5.0, 1.0]),
        (ComplexPart.PHASE, [np.angle(3 + 4j), -np.pi / 2]),
    ],
)
def test_complex_array_is_viewed_by_part(file, part, shown):
    looked = seen(file.data("v", np.array([3 + 4j, -1j])), columns=2, part=part)
    assert looked.about.is_complex
    np.testing.assert_allclose(looked.content.mean, shown)


def test_non_finite_values_are_counted_and_left_out(file):
    y = np.array([1.0, np.nan, np.inf, -np.inf, 3.0])
    curve = seen(file.data("v", y), columns=5).content
    assert curve.range == (1, 3)
    assert curve.not_finite == 3
    assert curve.missing.tolist() == [False, True, True, True, False]


def test_array_of_nan_has_no_range(file):
    assert seen(file.data("v", np.full(10, np.nan))).content.range is None
    picture = seen(file.data("w", np.full((4, 5), np.nan)), "w").content
    assert picture.range is None
    assert picture.missing == 20


def test_mean_of_huge_numbers_does_not_overflow(file):
    curve = seen(file.data("v", np.full(100, 1.5e308)), columns=1).content
    assert curve.mean[0] == pytest.approx(1.5e308)


def test_image_is_reduced_by_means(file):
    image = np.arange(24.0).reshape(4, 6)
    picture = seen(file.data("v", image), columns=3, rows=2).content
    assert isinstance(picture, ReducedImage)
    np.testing.assert_allclose(picture.values, [[3.5, 5.5, 7.5], [15.5, 17.5, 19.5]])
    assert picture.extremes == (0, 23)
    assert not picture.is_upward


def test_image_colour_range_equals_that_of_damnit(file):
    image = np.random.default_rng(1).normal(size=(100, 120))
    image[3, 4] = 1e9
    picture = seen(file.data("v", image), columns=30, rows=20).content
    assert picture.range == pytest.approx(tuple(np.quantile(image, [0.01, 0.99])))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "u1", "i8", "?"])
@pytest.mark.parametrize("shape", [(2, 2), (5, 7), (101, 1001)])
def test_colour_range_matches_quantiles_for_any_shape_and_dtype(file, shape, dtype):
    image = np.random.default_rng(2).integers(0, 200, shape).astype(dtype)
    picture = seen(file.data("v", image), columns=30, rows=20).content
    expected = np.quantile(image.astype(float), [0.01, 0.99])
    assert picture.range == pytest.approx(tuple(expected))


def test_hot_pixel_is_kept_when_image_is_reduced_by_maximum(file):
    image = np.zeros((100, 100))
    image[41, 59] = 9
    picture = seen(file.data("v", image), columns=10, rows=10, how=How.MAX).content
    assert np.argwhere(picture.values == 9).tolist() == [[4, 5]]


def test_window_of_image_has_full_resolution(file):
    image = np.arange(10_000.0).reshape(100, 100)
    picture = seen(file.data("v", image), columns=50, rows=50, x=(10, 14), y=(20, 22)).content
    np.testing.assert_array_equal(picture.values, image[20:22, 10:14])


def test_rgba_figure_keeps_its_colours(file):
    rgba = np.zeros((8, 6, 4), np.uint8)
    rgba[:, :3] = 200, 100, 50, 255
    looked = seen(file.data("v", rgba, "image"), columns=6, rows=8)
    assert isinstance(looked.content, Colours)
    assert looked.content.pixels[0, 0].tolist() == [200, 100, 50]
    assert looked.content.pixels[0, 5].tolist() == [255, 255, 255]  # transparent, on white


def test_higher_dimensions_are_cut_in_the_middle_or_where_requested(file):
    cube = np.arange(5 * 4 * 6.0).reshape(5, 4, 6)
    looked = seen(file.data("v", cube), columns=6, rows=4)
    np.testing.assert_array_equal(looked.content.values, cube[2])
    assert looked.about.cut == ("dimension 0 = 2 of 5",)
    looked = seen(file, columns=6, rows=4, at=(4, 0, 0))
    np.testing.assert_array_equal(looked.content.values, cube[4])
    looked = seen(file, columns=6, rows=5, axes=(0, 2), at=(0, 1, 0))
    np.testing.assert_array_equal(looked.content.values, cube[:, 1])
    looked = seen(file, columns=5, axes=(0,), at=(0, 1, 2))
    np.testing.assert_array_equal(looked.content.mean, cube[:, 1, 2])


def test_dataarray_view_has_coordinate_and_units(file):
    array = xr.DataArray(
        np.arange(5.0), {"trainId": TRAIN + np.arange(5)}, ["trainId"], name="I",
        attrs={"units": "µJ"},
    )  # fmt: skip
    looked = seen(file.data("v", array), columns=5)
    assert (looked.about.name, looked.about.units) == ("I", "µJ")
    assert looked.content.axis.name == "trainId"
    assert looked.content.window == (TRAIN, TRAIN + 4)
    assert looked.content.mean.tolist() == [0, 1, 2, 3, 4]


def test_datetime_coordinate_gives_a_time_axis(file):
    times = np.datetime64("2026-03-14T11:00:00") + np.arange(4) * np.timedelta64(1, "h")
    curve = seen(file.data("v", xr.DataArray(np.arange(4.0), {"t": times}, ["t"])), columns=4)
    assert curve.content.axis.kind is AxisKind.TIME
    first = times[0].astype("datetime64[s]").astype(int)
    assert curve.content.window == (first, first + 3 * 3600)


def test_datetime_values_are_marked_as_times(file):
    times = np.array(["2026-03-14T11:00:00", "2026-03-14T12:00:00", "NaT"], "datetime64[ns]")
    looked = seen(file.data("v", xr.DataArray(times, dims=["i"])), columns=3)
    assert looked.about.is_time
    assert looked.content.range[1] - looked.content.range[0] == 3600
    assert looked.content.not_finite == 1


def test_text_coordinate_gives_axis_names(file):
    array = xr.DataArray([1.0, 2.0], {"motor": ["x", "phi"]}, ["motor"])
    curve = seen(file.data("v", array), columns=2).content
    assert curve.axis.kind is AxisKind.TEXT
    assert curve.names == ((0.0, "x"), (1.0, "phi"))


def test_unsorted_coordinate_is_sorted(file):
    array = xr.DataArray([30.0, 10.0, 20.0], {"x": [3.0, 1.0, 2.0]}, ["x"])
    looked = seen(file.data("v", array), columns=3)
    assert looked.content.mean.tolist() == [10, 20, 30]
    assert "sorted" in looked.about.notes[0]


def test_constant_coordinate_puts_points_into_one_bin(file):
    array = xr.DataArray([1.0, 5.0, 2.0], {"x": [7.0, 7.0, 7.0]}, ["x"])
    looked = seen(file.data("v", array), columns=9)
    curve = looked.content
    assert curve.range == (1, 5)
    assert curve.filled.sum() == 1
    assert "same for all" in looked.about.notes[0]


def test_points_with_nan_coordinate_are_left_out(file):
    array = xr.DataArray([1.0, 2.0, 3.0], {"x": [0.0, np.nan, 1.0]}, ["x"])
    looked = seen(file.data("v", array), columns=2)
    assert looked.content.mean.tolist() == [1, 3]
    assert "1 point without a finite coordinate" in looked.about.notes[0]


def test_two_dimensional_dataarray_is_upright_with_its_coordinates(file):
    array = xr.DataArray(
        np.arange(6.0).reshape(2, 3), {"q": [0.1, 0.2], "a": [10.0, 20.0, 30.0]}, ["q", "a"]
    )
    picture = seen(file.data("v", array), columns=3, rows=2).content
    assert picture.is_upward
    assert picture.x_at.tolist() == [10, 20, 30]
    assert picture.y_at.tolist() == [0.1, 0.2]


def test_dataset_view_selects_one_variable(file):
    pair = xr.Dataset({"a": ("t", [1.0, 2.0]), "b": ("t", [3.0, 4.0])}, {"t": [5, 6]})
    file.data("v", pair)
    first = seen(file, columns=2)
    assert [name for name, _ in first.about.members] == ["a", "b"]
    assert first.about.member == "a"
    assert seen(file, columns=2, member="b").content.mean.tolist() == [3, 4]


def test_boolean_and_scalar_dataarrays_are_viewed(file):
    file.data("v", xr.DataArray([True, False])).data("w", xr.DataArray(2.5))
    assert seen(file, "v", columns=2).content.mean.tolist() == [1, 0]
    assert seen(file, "w").content == TextContent(("2.5",))


def test_preview_is_viewed_first_and_data_on_request(file):
    file.data("v", np.zeros(9)).preview("v", np.ones((2, 3)))
    first = seen(file)
    assert first.about.is_preview
    assert isinstance(first.content, ReducedImage)
    full = seen(file, preview=False)
    assert not full.about.is_preview
    assert isinstance(full.content, Curve)
    assert full.about.has_preview


def test_plotly_figure_is_returned_as_json_text(file):
    text = '{"data": [], "layout": {}}'
    looked = seen(file.data("v", np.frombuffer(text.encode(), np.uint8), "PlotlyFigure"))
    assert looked.content == Figure(text)


def test_text_and_record_arrays_are_viewed_as_lists(file):
    with h5py.File(file.path, "r+") as h5:
        h5.create_dataset("t/data", data=["one", "two"], dtype=h5py.string_dtype())
        records = np.array([(1, 2.5), (3, 4.5)], [("n", "i4"), ("x", "f8")])
        h5.create_dataset("r/data", data=records)
    assert seen(file, "t").content.lines == ("0:      one", "1:      two")
    assert [line.split() for line in seen(file, "r").content.lines] == [
        ["n", "x"], ["1", "2.5"], ["3", "4.5"],
    ]  # fmt: skip


@pytest.mark.parametrize("shape", [(0,), (0, 5), (3, 0)])
def test_empty_array_is_not_drawable(file, shape):
    content = seen(file.data("v", np.zeros(shape))).content
    assert isinstance(content, NotDrawable)
    assert "empty" in content.reason


@pytest.mark.parametrize("dtype", ["<f2", ">f4", ">i8", "u8", "i1", "<c8", "?", "f8", ">c16"])
def test_every_number_dtype_is_drawn(file, dtype):
    curve = seen(file.data("v", np.array([1, 0, 1], dtype)), columns=3).content
    assert curve.mean.tolist() == [1, 0, 1]
    picture = seen(file.data("w", np.ones((3, 4), dtype)), "w", columns=4, rows=3).content
    assert (picture.values == 1).all()


def test_netcdf_packed_numbers_are_unpacked(file):
    file.data("v", np.array([0, 10, -1], "i2"))
    with h5py.File(file.path, "r+") as h5:
        h5["v/data"].attrs.update({"scale_factor": 0.5, "add_offset": 1.0, "_FillValue": -1})
    curve = seen(file, columns=3).content
    np.testing.assert_array_equal(curve.mean, [1, 6, np.nan])


def test_view_of_running_job_reads_fragments(tmp_path):
    folder, key = DamnitFolder(tmp_path), RunKey(1, 2)
    Fragment(folder.results_file(key)).data("old", 1)
    new = folder.results_file(key).with_name("p1_r2.abcd.ready.h5")
    Fragment(new).data("new", 2)
    for name, told in (("old", "1"), ("new", "2")):
        *_, looked = load_view_in_folder(folder, key, name, ViewRequest())
        assert looked.content == TextContent((told,))
    with pytest.raises(NoSuchData):
        list(load_view_in_folder(folder, key, "neither", ViewRequest()))
