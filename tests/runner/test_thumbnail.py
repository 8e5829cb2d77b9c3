"""Thumbnails: 300 x 300 RGBA, dark is low, bright is high, the right way up."""

from __future__ import annotations

import io

import numpy as np
import pytest
import xarray as xr
from PIL import Image

from damnit_daemon.runner.thumbnail import array_thumbnail, figure_pixels, rgba_thumbnail


def pixels(png):
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG"
    return np.asarray(picture)


def brightness(png):
    return pixels(png)[..., :3].astype(int).sum(axis=2)


@pytest.mark.parametrize(
    "data",
    [
        np.random.default_rng(1).random((5, 7)),
        np.random.default_rng(1).random((1300, 900)),
        np.arange(12).reshape(3, 4),
        np.eye(4) > 0,
        np.eye(4) * 1j,
        np.full((4, 4), np.nan),
        np.array([[np.inf, -np.inf], [0, 1]]),
        np.zeros((1, 5)),
        np.arange(6, dtype=np.float16).reshape(2, 3),
    ],
    ids=lambda d: f"{d.dtype}{d.shape}",
)
def test_thumbnail_of_each_kind_of_array_is_300_by_300(data):
    assert pixels(array_thumbnail(data)).shape == (300, 300, 4)


def test_thumbnail_of_array_has_first_row_on_top():
    shown = brightness(array_thumbnail(np.array([[0.0, 0.0], [0.0, 1.0]])))
    assert shown[250, 250] > shown[50, 50]


def test_thumbnail_of_dataarray_has_coordinates_growing_up_and_right():
    values = np.array([[0.0, 0.0], [0.0, 1.0]])
    growing = xr.DataArray(values, dims=("y", "x"), coords={"y": [0, 1], "x": [0, 1]})
    falling = xr.DataArray(values, dims=("y", "x"), coords={"y": [1, 0], "x": [1, 0]})
    assert (
        brightness(array_thumbnail(growing))[50, 250] == brightness(array_thumbnail(growing)).max()
    )
    assert (
        brightness(array_thumbnail(falling))[250, 50] == brightness(array_thumbnail(falling)).max()
    )


def test_hot_pixel_does_not_darken_the_thumbnail():
    image = np.linspace(0, 1, 10_000).reshape(100, 100)
    with_spike = image.copy()
    with_spike[0, 0] = 1e9
    difference = np.abs(
        brightness(array_thumbnail(image)) - brightness(array_thumbnail(with_spike))
    )
    assert np.median(difference) < 10


def test_thumbnail_of_picture_keeps_its_aspect_ratio():
    assert pixels(rgba_thumbnail(np.zeros((300, 400, 4), np.uint8))).shape == (225, 300, 4)
    assert pixels(rgba_thumbnail(np.zeros((30, 40, 4), np.uint8))).shape == (30, 40, 4)


def test_figure_is_rendered_at_its_own_size():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4, 3), dpi=50)
    figure.subplots().plot([1, 2])
    shown = figure_pixels(figure)
    assert (shown.shape, shown.dtype) == ((150, 200, 4), np.uint8)
    assert shown[..., :3].min() < 100  # something was drawn


def test_image_is_stored_without_a_thumbnail_where_matplotlib_is_missing(runner):
    outcome = runner.run(
        """
        import sys
        import numpy as np
        from damnit_ctx import Variable

        sys.modules["matplotlib"] = None

        @Variable(title="Image")
        def image(run):
            return np.eye(3)
        """
    )

    assert outcome.data("image").tolist() == np.eye(3).tolist()
    summary, attributes = outcome.summary("image")
    assert summary == "float64: (3, 3)"
    assert "-m pip install matplotlib" in str(attributes)
