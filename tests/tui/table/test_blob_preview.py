"""Sparklines, thumbnails and previews of blobs in cells."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from damnit_daemon.model import BlobKind
from damnit_tui.table.blob_preview import draw_large, draw_picture
from damnit_tui.table.cell_render import paint_picture
from damnit_tui.table.half_blocks import draw_thumbnail, png_size
from damnit_tui.table.sparkline import sparkline

from ..conftest import png

FLOATS = st.floats(allow_nan=True, allow_infinity=True)


def test_sparkline_of_rising_values_rises():
    assert sparkline(range(8), range(8), 4) == ["⣀⠤⠒⠉"]


def test_sparkline_of_constant_values_is_in_the_middle():
    assert sparkline(range(8), [5.0] * 8, 4) == ["⠤⠤⠤⠤"]


def test_sparkline_joins_the_points_of_a_jump():
    assert sparkline([0, 1], [0, 1], 1, 2) != ["⠈", "⡀"]


def test_sparkline_without_two_finite_points_is_blank():
    assert sparkline([0, 1], [float("nan"), 1.0], 3) == ["   "]
    assert sparkline([], [], 3) == ["   "]


@given(st.lists(st.tuples(FLOATS, FLOATS)), st.integers(0, 20), st.integers(1, 5))
def test_sparkline_of_any_numbers_has_the_requested_size(points, width, height):
    lines = sparkline([a for a, _ in points], [b for _, b in points], width, height)
    assert len(lines) == height
    assert all(len(line) == width for line in lines)
    assert all(c == " " or 0x2800 < ord(c) < 0x2900 for line in lines for c in line)


def test_image_in_a_row_leaves_a_gap_to_the_next_row():
    picture = draw_picture(BlobKind.PNG, png(30, 20))
    *pixels, _ = paint_picture(picture, 12, colours=True)
    # Three quarters of a line; the rest is as what is behind the table.
    assert {piece.text for piece in pixels} == {"▆"}
    assert all(piece.foreground and piece.background is None for piece in pixels)
    assert paint_picture(picture, 12, colours=False)[0].text == "▣ 30×20     "


@pytest.mark.parametrize("height", [3, 5])
def test_image_in_a_tall_row_fills_its_lines(height):
    picture = draw_picture(BlobKind.PNG, png(30, 20), height)
    lines = [paint_picture(picture, 12, colours=True, line=line) for line in range(height)]
    assert {piece.text for line in lines for piece in line[:-1]} == {"▀"}
    assert all(piece.background for line in lines[:-1] for piece in line[:-1])
    # Half a line parts it from the picture below.
    assert not any(piece.background for piece in lines[-1])
    texts = [paint_picture(picture, 12, colours=False, line=line) for line in range(height)]
    assert [line[0].text.strip() for line in texts] == ["▣ 30×20", *[""] * (height - 1)]

    x = np.linspace(0, 1, 30)
    curve = draw_picture(BlobKind.TRENDLINE, np.stack([x, x]), height)
    drawn = [paint_picture(curve, 10, colours=True, line=line)[0] for line in range(height)]
    assert [piece.text for piece in drawn] == sparkline(x, x, 10, height)
    assert {piece.role for piece in drawn} == {"trend"}


def test_thumbnail_keeps_colours_in_place():
    drawn = draw_thumbnail(png(30, 20), 3)
    assert (drawn.width_px, drawn.height_px) == (30, 20)
    (line,) = drawn.lines
    dark, bright = (20, 20, 60), (250, 200, 40)
    assert line == ((dark, dark), (bright, dark), (dark, dark))


@pytest.mark.parametrize("broken", [b"", b"\x89PNG\r\n\x1a\n", png()[:60], png()[:30] + b"x" * 99])
def test_broken_png_is_drawn_as_unreadable(broken):
    assert draw_thumbnail(broken, 3) is None
    assert draw_picture(BlobKind.PNG, broken).text == "▣ unreadable"


def test_png_of_excessive_size_is_not_decoded():
    bomb = bytearray(png())
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    assert png_size(bytes(bomb)) == (60_000, 60_000)
    assert draw_thumbnail(bytes(bomb), 3) is None


def test_each_kind_of_blob_has_a_preview():
    x = np.linspace(0, 1, 30)
    line = draw_picture(BlobKind.TRENDLINE, np.stack([x, x]))
    assert (line.text[0], line.text[-1], line.role) == ("⣀", "⠉", "trend")
    assert draw_picture(BlobKind.COMPLEX, 1.25 - 2j).text == "1.2500 - 2j"
    assert draw_picture(BlobKind.ARRAY, np.zeros((4, 5))).text == "float64: (4, 5)"
    assert draw_picture(BlobKind.TRENDLINE, np.zeros((2, 1))).text == "float64: (2, 1)"
    assert draw_picture(BlobKind.TRENDLINE, None).text == "unreadable"
    assert draw_picture(BlobKind.UNKNOWN, b"x").text == "unreadable"
    image = draw_picture(BlobKind.PNG, png(30, 20))
    assert image.text == "▣ 30×20"
    assert [len(line) for line in image.pixels] == [10]


def test_image_without_pillow_has_its_size_and_the_command_that_installs_it(monkeypatch):
    picture = png(30, 20)
    monkeypatch.setitem(sys.modules, "PIL", None)

    preview = draw_picture(BlobKind.PNG, picture)

    assert (preview.text, preview.pixels) == ("▣ 30×20", ())
    first, *others = draw_large(BlobKind.PNG, picture).shape.splitlines()
    assert first == "Image, 30 × 20 pixels"
    assert others == [
        "To draw images, Pillow is needed.",
        "Install it: pip install 'damnit-tui[plot]'",
    ]
    assert draw_picture(BlobKind.PNG, b"no picture").text == "▣ unreadable"


def test_large_preview_describes_its_image_or_curve():
    x = np.linspace(0, 1, 30)
    curve = draw_large(BlobKind.TRENDLINE, np.stack([x, 2 * x]))
    assert curve.shape == "Curve of 30 points, from 0 to 2, last 2"
    assert len(curve.lines) == 10
    image = draw_large(BlobKind.PNG, png(30, 20))
    assert image.shape == "Image, 30 × 20 pixels"
    assert len(image.pixels) == 10
    assert len(image.pixels[0]) == 30
    nan = np.full((2, 5), np.nan)
    assert "none finite" in draw_large(BlobKind.TRENDLINE, nan).shape
    assert draw_large(BlobKind.ARRAY, np.zeros((4, 5))).shape == "float64: (4, 5)"
