"""Line charts: the parts by plotext, our own parts, and their positions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from rich.style import Style

from damnit_tui.charts.frame import GUTTER
from damnit_tui.charts.line_chart import Axes, Dots, Series, chart_size, draw_chart

SIZE = (60, 16)
ROLES = ("text", "label", "axis", "curve", "range", "crosshair", "gap", "series0", "series1")
STYLES = {role: Style(meta={"role": role}) for role in ROLES}


def line(values, role="curve", **more):
    values = np.asarray(values, float)
    missing = more.pop("missing", np.zeros(len(values), bool))
    return Series(values, values, values, np.ones(len(values), bool), missing, role, **more)


def flat(level, role="curve"):
    return line(np.full(chart_size(*SIZE)[0], level), role)


def drawn(*series, axes=None, size=SIZE, cursor=None):
    return draw_chart(series, axes or Axes((0, 100), (0, 1)), *size, STYLES, cursor)


def text(frame):
    return ["".join(segment.text for segment in each) for each in frame.lines]


def roles(frame, row):
    """The role of each character of a line."""
    return [s.style.meta.get("role") for s in frame.lines[row] for _ in s.text]


def dots(frame):
    place = frame.place
    rows = text(frame)[place.top : place.top + place.height]
    return [row[GUTTER:] for row in rows]


def test_chart_parts_have_their_roles():
    frame = drawn(flat(0.5), axes=Axes((0, 100), (0, 1), x_label="x", y_label="y"))
    bottom = frame.place.top + frame.place.height
    assert len(frame.lines) == SIZE[1]
    assert text(frame)[0] == " y"
    assert set(roles(frame, bottom)) == {"axis"}
    assert text(frame)[bottom].strip().startswith("└")
    assert set(roles(frame, bottom + 1)) == {"label"}
    assert text(frame)[bottom + 1].split() == ["0", "50", "100"]
    assert text(frame)[bottom + 2].strip() == "x"
    curves = {role for row in range(frame.place.height) for role in roles(frame, row + 1)}
    assert curves == {"label", "axis", "curve", "text"}


@pytest.mark.parametrize("level", [0.0, 0.25, 0.5, 1.0])
def test_curve_is_drawn_at_its_values(level):
    frame = drawn(flat(level))
    found = [row for row, dotted in enumerate(dots(frame)) if dotted.strip()]
    height = frame.place.height
    assert found == [height - 1 - round(level * (4 * height - 1)) // 4]
    assert " " not in dots(frame)[found[0]]


def test_curve_has_gaps_at_non_finite_values_marked_on_the_axis():
    values = np.full(chart_size(*SIZE)[0], 0.5)
    values[40:60] = np.nan
    frame = drawn(line(values, missing=np.isnan(values)))
    (row,) = [dotted for dotted in dots(frame) if dotted.strip()]
    assert row[20:30] == " " * 10
    assert row[19] != " " != row[30]
    bottom = frame.place.top + frame.place.height
    assert roles(frame, bottom).count("gap") == 10


def test_overlapping_curves_keep_their_dots():
    columns = np.arange(chart_size(*SIZE)[0])
    first, second = columns / columns[-1], 1 - columns / columns[-1]
    both = drawn(line(first, "series0"), line(second, "series1"))
    for values in (first, second):
        alone = drawn(line(values, "series0"), line(values, "series0"))
        for mine, all_of_it in zip(dots(alone), dots(both), strict=True):
            for one, other in zip(mine, all_of_it, strict=True):
                assert one == " " or ord(one) & ord(other) == ord(one)


def test_dense_curve_shows_range_and_mean():
    count = chart_size(*SIZE)[0]
    low, high = np.full(count, 0.2), np.full(count, 0.8)
    mean, filled, missing = (low + high) / 2, np.ones(count, bool), np.zeros(count, bool)
    series = Series(low, high, mean, filled, missing, has_mean=True)
    frame = drawn(series)
    curves = [set(roles(frame, row + 1)[GUTTER:]) for row in range(frame.place.height)]
    assert {"range"} in curves
    assert {"curve"} in curves


def test_few_points_are_drawn_larger():
    one = drawn(Dots(np.array([50.0]), np.array([0.5])))
    many = np.full(500, 0.5)
    small = drawn(Dots(np.linspace(50.1, 50.2, 500), many))

    def count(frame):
        return sum((ord(c) - 0x2800).bit_count() for c in "".join(dots(frame)) if c != " ")

    assert (count(one), count(small)) == (9, 1)


def test_points_without_a_logarithm_are_left_out():
    axes = Axes((0, 100), (1, 100), is_log=True)
    assert not "".join(
        dots(drawn(Dots(np.array([1.0, 2]), np.array([0.0, -1])), axes=axes))
    ).strip()


def test_chart_cursor_spans_all_rows_within_the_axes():
    frame = drawn(flat(0.5), cursor=50.0)
    at = frame.column_of(50.0)
    assert {roles(frame, row + 1)[at] for row in range(frame.place.height)} == {"crosshair"}
    assert text(frame)[1][at] == "│"
    outside = drawn(flat(0.5), cursor=101.0)
    assert "crosshair" not in {r for row in range(SIZE[1]) for r in roles(outside, row)}


@pytest.mark.parametrize("size", [(15, 4), (30, 9), (80, 24), (250, 70)])
@pytest.mark.parametrize("window", [(0.0, 1.0), (1e-300, 1e300), (-1e308, 1e308), (5.0, 5.0)])
def test_chart_has_the_requested_size_for_any_range(size, window):
    share = np.linspace(0, 1, chart_size(*size)[0])
    values = window[0] * (1 - share) + window[1] * share
    for is_log in (False, True):
        axes = Axes((0, 1), window, x_label="x", is_log=is_log)
        frame = draw_chart([line(values)], axes, *size, STYLES)
        assert len(frame.lines) in (size[1], size[1] - 1)
        assert {len(row) for row in dots(frame)} == {frame.place.width}


def test_charts_drawn_in_threads_do_not_mix():
    levels = np.linspace(0, 1, 40)
    alone = [text(drawn(flat(level))) for level in levels]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda level: text(drawn(flat(level))), levels)) == alone
