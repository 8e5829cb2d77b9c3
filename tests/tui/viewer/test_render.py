"""Drawing without a screen: axes, colours, dots and Plotly figures."""

from __future__ import annotations

import base64
import json
from datetime import UTC

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from damnit_daemon.model.view import About, AxisKind, Figure, How, ViewData
from damnit_tui.charts.braille import band, characters, joined
from damnit_tui.charts.colourmaps import MAPS, shades
from damnit_tui.charts.line_chart import Axes, Dots, Series, chart_size, draw_chart
from damnit_tui.charts.scale import levels_of, natural_range
from damnit_tui.charts.ticks import axis_ticks, format_number, format_value, log_ticks, ticks
from damnit_tui.terminal.graphics.protocol_choice import Graphics, choose_graphics
from damnit_tui.viewer.image import fitted, resized
from damnit_tui.viewer.plotly import FigureUnreadable, draw_series, parse_figure
from damnit_tui.viewer.readout import format_place
from damnit_tui.viewer.render import RenderTarget, draw_data
from damnit_tui.viewer.view_state import DisplayState


def labels(found):
    return [tick.label for tick in found]


def test_axis_ticks_are_round_numbers():
    assert labels(ticks((0, 10), 6)) == ["0", "2", "4", "6", "8", "10"]
    assert labels(ticks((-0.3, 0.3), 5)) == ["-0.2", "0", "0.2"]
    assert labels(ticks((0, 3), 9, whole=True)) == ["0", "1", "2", "3"]
    assert labels(ticks((1e-9, 3e-9), 3)) == ["1e-9", "2e-9", "3e-9"]
    assert labels(ticks((5, 5), 3)) == ["5"]
    assert ticks((0, float("inf")), 5) == []


def test_tick_labels_of_train_ids_are_distinct():
    found = labels(ticks((1_500_000_000, 1_500_001_000), 5))
    assert found[1] == "1500000200"
    assert len(set(found)) == len(found)


def test_logarithmic_and_time_ticks():
    assert labels(log_ticks((0.01, 100), 9)) == ["0.01", "0.1", "1", "10", "100"]
    assert labels(log_ticks((1, 9), 9)) == ["1", "2", "5"]
    hour = axis_ticks(AxisKind.TIME, (1_773_486_000, 1_773_489_600), 5, UTC)
    assert labels(hour) == ["11:00", "11:15", "11:30", "11:45", "12:00"]
    assert axis_ticks(AxisKind.TIME, (-1e300, 1e300), 5, UTC)


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [(0.30000000000000004, 0.1, "0.3"), (1500000200, 200, "1500000200"), (-2e-5, 1e-5, "-2e-5")],
)
def test_tick_label_has_the_significant_digits(value, step, text):
    assert format_number(value, step) == text


def test_readout_formats_positions_and_values():
    assert format_value(0.1, AxisKind.NUMBER) == "0.1"
    assert format_value(float("inf"), AxisKind.NUMBER) == "inf"
    assert format_value(1_773_486_000.5, AxisKind.TIME, UTC) == "2026-03-14 11:00:00.5"
    assert format_place(1_500_000_499.0, AxisKind.NUMBER, 4.5, UTC) == "1500000499"
    assert format_place(0.123456, AxisKind.NUMBER, 0.01, UTC) == "0.123"


@pytest.mark.parametrize("colours", MAPS, ids=lambda m: m.name)
def test_colour_maps_increase_in_lightness(colours):
    lightness = colours.table.astype(float) @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > -1).all()
    assert colours.colours(np.array([np.nan, 0, 1]))[0].tolist() == list(colours.missing)


def test_colour_levels_of_huge_and_logarithmic_ranges():
    assert levels_of(0.0, -1.7e308, 1.7e308) == 0.5
    assert levels_of([1, 10, 100, 0, np.nan], 1, 100, is_log=True)[:4].tolist() == [0, 0.5, 1, 0]
    assert shades([0.0, 1.0, np.nan]).tolist() == [" ", "█", "×"]


def test_dots_are_converted_to_braille_characters():
    dots = np.zeros((4, 4), bool)
    dots[0, 0] = dots[3, 3] = True
    assert "".join(characters(dots)[0]) == "⠁⢀"
    assert band(np.array([0.0]), np.array([3.0]), 4).all()


def test_curve_bridges_gaps_without_points_but_not_nan():
    low = np.array([0.0, np.nan, np.nan, 3.0])
    bridged, _ = joined(low, low, np.array([True, False, False, True]))
    assert np.isfinite(bridged).all()
    broken, _ = joined(low, low, np.array([True, True, False, True]))
    assert np.isnan(broken[1:3]).all()


def test_bright_pixel_survives_resizing():
    image = np.zeros((97, 131))
    image[50, 60] = 1000
    for size in ((10, 13), (97, 40), (30, 131), (200, 300)):
        assert resized(image, size).max() > 0
        assert resized(image, size, How.MAX).max() == 1000
    dark = np.full((9, 9), np.nan)
    assert np.isnan(resized(dark, (3, 3))).all()


def test_image_keeps_its_aspect_ratio_unless_it_is_a_stripe():
    assert fitted(100, 100, (40, 90)) == (40, 40)
    assert fitted(100, 200, (40, 60)) == (30, 60)
    assert fitted(10, 1000, (40, 90)) == (40, 90)


def test_axis_range_is_never_empty():
    assert natural_range([None]) == (0, 1)
    assert natural_range([(5, 5)]) == (4.75, 5.25)
    assert natural_range([(0, 0)], is_log=True)[0] > 0
    low, high = natural_range([(-1.7e308, 1.7e308)])
    assert low < high


@pytest.mark.parametrize("size", [(1, 1), (15, 4), (80, 20), (300, 80)])
def test_chart_fills_any_size(size):
    columns, _ = chart_size(*size)
    y = np.linspace(0, 1, columns)
    series = Series(y, y, y, np.ones(columns, bool), np.zeros(columns, bool))
    axes = Axes((0, 10), (0, 1), x_label="x", y_label="y")
    frame = draw_chart([series, Dots(np.array([5.0]), np.array([0.5]))], axes, *size, {}, 5.0)
    assert len(frame.lines) <= max(1, size[1])
    assert all(sum(s.cell_length for s in line) <= size[0] + 10 for line in frame.lines)


@pytest.mark.parametrize(
    ("wanted", "environment", "colours", "lite", "found"),
    [
        ("auto", {}, "truecolor", False, Graphics.BLOCKS),
        ("auto", {}, "256", False, Graphics.BLOCKS),
        ("auto", {}, "standard", False, Graphics.SHADES),
        ("auto", {"NO_COLOR": "1"}, "truecolor", False, Graphics.SHADES),
        ("auto", {}, "truecolor", True, Graphics.SHADES),
        ("blocks", {}, "standard", True, Graphics.BLOCKS),
        ("none", {}, "truecolor", False, Graphics.SHADES),
    ],
)
def test_graphics_are_chosen_by_terminal_and_options(wanted, environment, colours, lite, found):
    assert choose_graphics(wanted, environment, colours, lite=lite) is found


def figure_of(*traces, **layout) -> str:
    return json.dumps({"data": traces, "layout": layout})


def test_plotly_traces_keep_their_numbers():
    packed = base64.b64encode(np.array([1.0, 4.0, 9.0]).tobytes()).decode()
    redrawn = parse_figure(
        figure_of(
            {"type": "scatter", "y": {"dtype": "f8", "bdata": packed}, "name": "a\x1b"},
            {"type": "bar", "x": ["one", "two"], "y": [3, None]},
            {"type": "histogram", "x": [1, 1, 2], "nbinsx": 2},
            {"type": "scatter", "x": ["2026-03-14T11:00:00Z"], "y": [1]},
            {"type": "pie", "values": [1]},
            title={"text": "T"},
        )
    )
    line, bars, histogram, times = redrawn.traces
    assert line.y.tolist() == [1, 4, 9]
    assert line.name == "a␛"
    assert bars.names == ("one", "two")
    assert histogram.y.tolist() == [2, 1]
    assert times.is_time
    assert redrawn.left_out == ("pie",)
    assert redrawn.y[1] >= 9


def test_plotly_heatmap_is_drawn_as_an_image():
    redrawn = parse_figure(figure_of({"type": "heatmap", "z": [[1, 2], [3, None]], "x": [5, 6]}))
    assert redrawn.picture.extremes == (1, 3)
    assert redrawn.picture.x_at.tolist() == [5, 6]
    assert redrawn.picture.missing == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
KINDS = ("scatter", "bar", "histogram", "heatmap", "scattergl", "pie")
FIELDS = ("x", "y", "z", "name", "mode", "visible", "nbinsx", "title")


@pytest.mark.extended
@given(
    traces=st.lists(
        st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5).flatmap(
            lambda fields: st.sampled_from(KINDS).map(lambda kind: {**fields, "type": kind})
        )
        | JSON,
        max_size=4,
    ),
    layout=st.dictionaries(st.sampled_from(("title", "xaxis", "yaxis")), JSON) | JSON,
)
@settings(max_examples=300, deadline=None)
def test_malformed_plotly_figures_do_not_crash(traces, layout):
    text = json.dumps({"data": traces, "layout": layout})
    try:
        redrawn = parse_figure(text)
    except FigureUnreadable:
        return
    if redrawn.picture is None:
        draw_series(redrawn, 60)
    looked = ViewData(About("plotly", "Plotly figure"), Figure(text))
    for is_log in (False, True):
        frame = draw_data(looked, DisplayState(is_log=is_log), RenderTarget(60, 20, {}), redrawn)
        assert frame is not None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"data": 3}', "[" * 100_000, '"\\ud800"'])
def test_unreadable_plotly_figure_is_an_error(text):
    with pytest.raises(FigureUnreadable):
        parse_figure(text)
