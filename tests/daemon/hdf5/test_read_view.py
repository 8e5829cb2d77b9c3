"""What is shown of each type of data, down to the numbers."""

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
def test_a_scalar_is_told_in_words(file, value, lines):
    assert seen(file.value("v", value)).content == TextContent(
        lines, wraps=not isinstance(value, bytes)
    )


def test_a_curve_keeps_its_extremes(file):
    y = np.zeros(100_000)
    y[31_415], y[92_653] = 7.0, -3.0
    curve = seen(file.data("v", y), columns=100).content
    assert isinstance(curve, Curve)
    assert curve.range == (-3.0, 7.0)
    assert np.nanargmax(curve.greatest) == 31
    assert np.nanargmin(curve.least) == 92
    assert curve.points == 100_000
    assert curve.mean[31] == pytest.approx(7 / 1000)


def test_a_short_curve_shows_each_point(file):
    curve = seen(file.data("v", [1.0, 4.0, 9.0]), columns=5).content
    assert curve.mean[curve.filled].tolist() == [1, 4, 9]
    assert curve.axis.kind is AxisKind.INDEX
    assert curve.window == (0, 2)


def test_a_window_of_a_curve_is_read_alone(file):
    curve = seen(file.data("v", np.arange(1000.0)), columns=10, x=(100, 109)).content
    assert curve.mean.tolist() == list(np.arange(100.0, 110))
    assert curve.points == 10


def test_bools_and_whole_numbers_are_curves_too(file):
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
def test_complex_numbers_show_one_part(file, part, shown):
    looked = seen(file.data("v", np.array([3 + 4j, -1j])), columns=2, part=part)
    assert looked.about.is_complex
    np.testing.assert_allclose(looked.content.mean, shown)


def test_what_is_not_finite_is_counted_and_left_out(file):
    y = np.array([1.0, np.nan, np.inf, -np.inf, 3.0])
    curve = seen(file.data("v", y), columns=5).content
    assert curve.range == (1, 3)
    assert curve.not_finite == 3
    assert curve.missing.tolist() == [False, True, True, True, False]


def test_nothing_but_nan_has_no_range(file):
    assert seen(file.data("v", np.full(10, np.nan))).content.range is None
    picture = seen(file.data("w", np.full((4, 5), np.nan)), "w").content
    assert picture.range is None
    assert picture.missing == 20


def test_huge_numbers_have_a_mean(file):
    curve = seen(file.data("v", np.full(100, 1.5e308)), columns=1).content
    assert curve.mean[0] == pytest.approx(1.5e308)


def test_an_image_is_reduced_by_means(file):
    image = np.arange(24.0).reshape(4, 6)
    picture = seen(file.data("v", image), columns=3, rows=2).content
    assert isinstance(picture, ReducedImage)
    np.testing.assert_allclose(picture.values, [[3.5, 5.5, 7.5], [15.5, 17.5, 19.5]])
    assert picture.extremes == (0, 23)
    assert not picture.is_upward


def test_an_image_has_the_colour_range_of_the_reference(file):
    image = np.random.default_rng(1).normal(size=(100, 120))
    image[3, 4] = 1e9
    picture = seen(file.data("v", image), columns=30, rows=20).content
    assert picture.range == pytest.approx(tuple(np.quantile(image, [0.01, 0.99])))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "u1", "i8", "?"])
@pytest.mark.parametrize("shape", [(2, 2), (5, 7), (101, 1001)])
def test_any_image_has_it(file, shape, dtype):
    image = np.random.default_rng(2).integers(0, 200, shape).astype(dtype)
    picture = seen(file.data("v", image), columns=30, rows=20).content
    expected = np.quantile(image.astype(float), [0.01, 0.99])
    assert picture.range == pytest.approx(tuple(expected))


def test_a_hot_pixel_is_found_by_its_extreme(file):
    image = np.zeros((100, 100))
    image[41, 59] = 9
    picture = seen(file.data("v", image), columns=10, rows=10, how=How.MAX).content
    assert np.argwhere(picture.values == 9).tolist() == [[4, 5]]


def test_a_window_of_an_image_is_as_fine_as_its_pixels(file):
    image = np.arange(10_000.0).reshape(100, 100)
    picture = seen(file.data("v", image), columns=50, rows=50, x=(10, 14), y=(20, 22)).content
    np.testing.assert_array_equal(picture.values, image[20:22, 10:14])


def test_a_rendered_figure_keeps_its_colours(file):
    rgba = np.zeros((8, 6, 4), np.uint8)
    rgba[:, :3] = 200, 100, 50, 255
    looked = seen(file.data("v", rgba, "image"), columns=6, rows=8)
    assert isinstance(looked.content, Colours)
    assert looked.content.pixels[0, 0].tolist() == [200, 100, 50]
    assert looked.content.pixels[0, 5].tolist() == [255, 255, 255]  # transparent, on white


def test_more_dimensions_are_cut_in_the_middle_and_anywhere(file):
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


def test_a_dataarray_has_its_coordinate_and_units(file):
    array = xr.DataArray(
        np.arange(5.0), {"trainId": TRAIN + np.arange(5)}, ["trainId"], name="I",
        attrs={"units": "µJ"},
    )  # fmt: skip
    looked = seen(file.data("v", array), columns=5)
    assert (looked.about.name, looked.about.units) == ("I", "µJ")
    assert looked.content.axis.name == "trainId"
    assert looked.content.window == (TRAIN, TRAIN + 4)
    assert looked.content.mean.tolist() == [0, 1, 2, 3, 4]


def test_times_are_an_axis_of_their_own(file):
    times = np.datetime64("2026-03-14T11:00:00") + np.arange(4) * np.timedelta64(1, "h")
    curve = seen(file.data("v", xr.DataArray(np.arange(4.0), {"t": times}, ["t"])), columns=4)
    assert curve.content.axis.kind is AxisKind.TIME
    first = times[0].astype("datetime64[s]").astype(int)
    assert curve.content.window == (first, first + 3 * 3600)


def test_values_that_are_times_are_told_as_such(file):
    times = np.array(["2026-03-14T11:00:00", "2026-03-14T12:00:00", "NaT"], "datetime64[ns]")
    looked = seen(file.data("v", xr.DataArray(times, dims=["i"])), columns=3)
    assert looked.about.is_time
    assert looked.content.range[1] - looked.content.range[0] == 3600
    assert looked.content.not_finite == 1


def test_names_along_an_axis_are_told(file):
    array = xr.DataArray([1.0, 2.0], {"motor": ["x", "phi"]}, ["motor"])
    curve = seen(file.data("v", array), columns=2).content
    assert curve.axis.kind is AxisKind.TEXT
    assert curve.names == ((0.0, "x"), (1.0, "phi"))


def test_a_coordinate_that_goes_back_is_sorted(file):
    array = xr.DataArray([30.0, 10.0, 20.0], {"x": [3.0, 1.0, 2.0]}, ["x"])
    looked = seen(file.data("v", array), columns=3)
    assert looked.content.mean.tolist() == [10, 20, 30]
    assert "sorted" in looked.about.notes[0]


def test_a_coordinate_that_repeats_puts_points_together(file):
    array = xr.DataArray([1.0, 5.0, 2.0], {"x": [7.0, 7.0, 7.0]}, ["x"])
    looked = seen(file.data("v", array), columns=9)
    curve = looked.content
    assert curve.range == (1, 5)
    assert curve.filled.sum() == 1
    assert "same for all" in looked.about.notes[0]


def test_a_coordinate_with_nan_leaves_those_points_out(file):
    array = xr.DataArray([1.0, 2.0, 3.0], {"x": [0.0, np.nan, 1.0]}, ["x"])
    looked = seen(file.data("v", array), columns=2)
    assert looked.content.mean.tolist() == [1, 3]
    assert "1 points have no finite coordinate" in looked.about.notes[0]


def test_a_map_stands_upright_with_its_coordinates(file):
    array = xr.DataArray(
        np.arange(6.0).reshape(2, 3), {"q": [0.1, 0.2], "a": [10.0, 20.0, 30.0]}, ["q", "a"]
    )
    picture = seen(file.data("v", array), columns=3, rows=2).content
    assert picture.is_upward
    assert picture.x_at.tolist() == [10, 20, 30]
    assert picture.y_at.tolist() == [0.1, 0.2]


def test_of_a_dataset_one_variable_is_chosen(file):
    pair = xr.Dataset({"a": ("t", [1.0, 2.0]), "b": ("t", [3.0, 4.0])}, {"t": [5, 6]})
    file.data("v", pair)
    first = seen(file, columns=2)
    assert [name for name, _ in first.about.members] == ["a", "b"]
    assert first.about.member == "a"
    assert seen(file, columns=2, member="b").content.mean.tolist() == [3, 4]


def test_a_bool_dataarray_and_a_scalar_one(file):
    file.data("v", xr.DataArray([True, False])).data("w", xr.DataArray(2.5))
    assert seen(file, "v", columns=2).content.mean.tolist() == [1, 0]
    assert seen(file, "w").content == TextContent(("2.5",))


def test_the_preview_comes_first_and_the_data_when_asked_for(file):
    file.data("v", np.zeros(9)).preview("v", np.ones((2, 3)))
    first = seen(file)
    assert first.about.is_preview
    assert isinstance(first.content, ReducedImage)
    full = seen(file, preview=False)
    assert not full.about.is_preview
    assert isinstance(full.content, Curve)
    assert full.about.has_preview


def test_a_plotly_figure_is_handed_on_as_text(file):
    text = '{"data": [], "layout": {}}'
    looked = seen(file.data("v", np.frombuffer(text.encode(), np.uint8), "PlotlyFigure"))
    assert looked.content == Figure(text)


def test_texts_and_records_are_lists(file):
    with h5py.File(file.path, "r+") as h5:
        h5.create_dataset("t/data", data=["one", "two"], dtype=h5py.string_dtype())
        records = np.array([(1, 2.5), (3, 4.5)], [("n", "i4"), ("x", "f8")])
        h5.create_dataset("r/data", data=records)
    assert seen(file, "t").content.lines == ("0:      one", "1:      two")
    assert [line.split() for line in seen(file, "r").content.lines] == [
        ["n", "x"], ["1", "2.5"], ["3", "4.5"],
    ]  # fmt: skip


@pytest.mark.parametrize("shape", [(0,), (0, 5), (3, 0)])
def test_what_is_empty_says_so(file, shape):
    content = seen(file.data("v", np.zeros(shape))).content
    assert isinstance(content, NotDrawable)
    assert "empty" in content.reason


@pytest.mark.parametrize("dtype", ["<f2", ">f4", ">i8", "u8", "i1", "<c8", "?", "f8", ">c16"])
def test_every_kind_of_number_is_drawn(file, dtype):
    curve = seen(file.data("v", np.array([1, 0, 1], dtype)), columns=3).content
    assert curve.mean.tolist() == [1, 0, 1]
    picture = seen(file.data("w", np.ones((3, 4), dtype)), "w", columns=4, rows=3).content
    assert (picture.values == 1).all()


def test_packed_numbers_are_unpacked(file):
    file.data("v", np.array([0, 10, -1], "i2"))
    with h5py.File(file.path, "r+") as h5:
        h5["v/data"].attrs.update({"scale_factor": 0.5, "add_offset": 1.0, "_FillValue": -1})
    curve = seen(file, columns=3).content
    np.testing.assert_array_equal(curve.mean, [1, 6, np.nan])


def test_a_run_that_is_being_computed_is_read_from_its_fragments(tmp_path):
    folder, key = DamnitFolder(tmp_path), RunKey(1, 2)
    Fragment(folder.results_file(key)).data("old", 1)
    new = folder.results_file(key).with_name("p1_r2.abcd.ready.h5")
    Fragment(new).data("new", 2)
    for name, told in (("old", "1"), ("new", "2")):
        *_, looked = load_view_in_folder(folder, key, name, ViewRequest())
        assert looked.content == TextContent((told,))
    with pytest.raises(NoSuchData):
        list(load_view_in_folder(folder, key, "neither", ViewRequest()))
