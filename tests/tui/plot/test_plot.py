"""Plots: points compared with numpy, keys, and saved files."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from damnit_daemon.hdf5.series import MOST_POINTS, NotASeries, read_line
from damnit_daemon.model import Column, RunRow, StoredValue
from damnit_daemon.model.view import AxisKind
from damnit_tui.charts.frame import Styles
from damnit_tui.charts.line_chart import reduce_line
from damnit_tui.dialogs.save_dialog import SaveDialog
from damnit_tui.dialogs.variable_dialog import VariableChoice, VariableDialog
from damnit_tui.plot.data import Group, Naming, align, histogram, points_over_runs
from damnit_tui.plot.legend import SHADES, series_role
from damnit_tui.plot.readout import nearest, readout
from damnit_tui.plot.render import draw_points
from damnit_tui.plot.run_data import MOST_LINES, points_within, request_for
from damnit_tui.plot.screen import PlotScreen
from damnit_tui.plot.state import BEGIN, MOST_Y, Form, Over, PlotState, RunScope
from damnit_tui.table.rows import Rows
from damnit_tui.themed_app import ThemedApp

from ..conftest import NOW, add_run, key, make_app, settle, until
from .sample_folder import data_of, fill

NAMING = Naming({"a": "A", "b": "B"}, {"a": "µJ"})
STYLES: Styles = {}


@pytest.fixture
def rows():
    """Twenty runs; run 7 has no `a`, run 9 a text, run 11 NaN."""
    rows = Rows()
    rows.add_columns([Column("a", "A"), Column("b", "B"), Column("word", "Word")])
    rows.add_runs([RunRow(key(n), NOW + 60.0 * n, NOW + n) for n in range(1, 21)])
    special = {7: None, 9: "none", 11: float("nan")}
    rows.add_values(
        [StoredValue(key(n), "a", special.get(n, n * 1.5), NOW) for n in range(1, 21)]
        + [StoredValue(key(n), "b", n * n, NOW) for n in range(1, 21)]
        + [StoredValue(key(n), "word", ["dark", "data"][n % 2], NOW) for n in range(1, 21)]
    )
    return rows


def over(rows, **state):
    return points_over_runs(PlotState(**state), rows, rows.keys, NAMING)


# Colours


def legend(rows, **state):
    points = over(rows, **state)
    return draw_points(points, PlotState(**state), 80, 20, STYLES).legend


def test_plot_of_many_groups_uses_ordered_shades_and_a_scale(rows):
    groups = [Group(f"r{n}", np.arange(3.0), np.arange(3.0) + n, None) for n in range(20)]
    points = replace(over(rows, y=("b",)), groups=tuple(groups))
    state = PlotState(y=("b",), form=Form.LINE)
    drawn = draw_points(points, state, 80, 20, STYLES)
    assert [part.text for part in drawn.legend if part.text != "█"] == ["r0", " r19", "(20)"]
    roles = [series_role(n, 20) for n in range(20)]
    assert (roles[0], roles[-1]) == ("shade0", f"shade{SHADES - 1}")
    assert len(set(roles)) == SHADES


def test_line_plot_has_no_colour_legend(rows):
    assert legend(rows, y=("b",), colour="a", form=Form.POINTS)
    assert not legend(rows, y=("b",), colour="a", form=Form.LINE)


# Points over runs


def test_plot_contains_only_runs_with_both_numbers(rows):
    points = over(rows, y=("b",), x="a")
    (group,) = points.groups
    good = [n for n in range(1, 21) if n not in (7, 9, 11)]
    assert group.x.tolist() == [n * 1.5 for n in good]
    assert group.y.tolist() == [n * n for n in good]
    assert [points.keys[i].run for i in group.runs] == good
    assert (points.x_label, points.y_label) == ("A [µJ]", "B")
    assert points.notes == ("3 missing or not numeric",)


def test_plot_accepts_run_and_start_time_as_x(rows):
    points = over(rows, y=("b",), x="run")
    assert points.groups[0].x.tolist() == list(range(1, 21))
    assert points.x_kind is AxisKind.INDEX
    points = over(rows, y=("b",), x="start_time")
    assert points.groups[0].x[0] == NOW + 60
    assert points.x_kind is AxisKind.TIME


def test_plot_gives_each_variable_a_colour(rows):
    points = over(rows, y=("a", "b"))
    assert [group.label for group in points.groups] == ["A [µJ]", "B"]
    assert points.y_label == ""
    drawn = draw_points(points, PlotState(y=("a", "b")), 80, 20, STYLES)
    assert [part.role for part in drawn.legend] == ["series0", "series1"]


def test_plot_colours_texts_by_category(rows):
    points = over(rows, y=("b",), colour="word")
    assert points.categories == ("dark", "data")
    assert points.groups[0].colour.tolist() == [n % 2 for n in range(1, 21)]
    points = over(rows, y=("b",), colour="a")
    assert points.count == 17
    assert points.groups[0].colour[0] == 1.5


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"y": ()}, "Choose variables to plot"),
        ({"y": ("word",)}, "word has texts, images or arrays, but no numbers in these runs"),
        ({"y": ("gone",)}, "gone has no values in these runs"),
    ],
)
def test_plot_without_points_names_the_reason(rows, state, said):
    assert said in over(rows, **state).problem


def test_plot_of_no_marked_runs_names_the_reason(rows):
    state = PlotState(y=("a",), which=RunScope.MARKED)
    assert "No runs are marked" in points_over_runs(state, rows, [], NAMING).problem


# Numbers drawn


def test_histogram_counts_equal_those_of_numpy(rows):
    state = PlotState(y=("b",), form=Form.HISTOGRAM, bins=7)
    points = over(rows, y=("b",), form=Form.HISTOGRAM)
    counts, edges = histogram(points.groups[0].x, 7, None)
    expected = np.histogram(np.arange(1, 21) ** 2, 7)
    assert counts.tolist() == expected[0].tolist()
    assert np.allclose(edges, expected[1])
    drawn = draw_points(points, state, 80, 20, STYLES)
    assert drawn.bins == 7
    assert drawn.shown[0] == (1, 400)
    at = PlotState(y=("b",), form=Form.HISTOGRAM, bins=7, cursor=(2.0, 0.0))
    assert readout(points, at, drawn.shown).endswith(f": {expected[0][0]}")


def test_reduced_line_of_a_million_points_keeps_its_extremes():
    random = np.random.default_rng(1)
    x, y = np.arange(1e6), random.normal(size=1_000_000)
    y[123_456], y[777_777] = 50, -50
    shuffled = random.permutation(len(x))
    series = reduce_line(x[shuffled], y[shuffled], (0.0, 1e6), 200, "series0")
    blocks = y.reshape(200, -1)
    assert np.allclose(series.least, blocks.min(axis=1))
    assert np.allclose(series.greatest, blocks.max(axis=1))


def test_logarithmic_axes_leave_out_non_positive_numbers(rows):
    rows.add_values([StoredValue(key(3), "a", -2.0, NOW)])
    state = PlotState(y=("b",), x="a", log_x=True, log_y=True)
    points = over(rows, y=("b",), x="a")
    (left, right), (bottom, top) = draw_points(points, state, 80, 20, STYLES).shown
    assert left < np.log10(1.5) < np.log10(30) < right
    assert bottom < 0 < np.log10(400) < top
    assert right - left < 2


def test_plot_cursor_reads_out_the_nearest_point(rows):
    state = PlotState(y=("b",), x="run", cursor=(5.2, 30.0))
    points = over(rows, y=("b",), x="run")
    shown = ((1.0, 20.0), (0.0, 400.0))
    assert nearest(points, state, state.cursor, shown) == (0, 4)
    assert readout(points, state, shown) == "Run 5 · B 25"


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("values", [[1.0], [3.0, 3.0], [1e308, -1e308], [5e-324, 0.0]])
def test_extreme_numbers_are_plotted(form, values):
    rows = Rows()
    rows.add_columns([Column("a", "A")])
    rows.add_values([StoredValue(key(n), "a", v, NOW) for n, v in enumerate(values, 1)])
    for log in (False, True):
        state = PlotState(y=("a",), form=form, log_y=log)
        points = points_over_runs(state, rows, rows.keys, NAMING)
        assert draw_points(points, state, 60, 12, STYLES).frame.lines


# What is wanted


def test_plot_zoom_is_reversible():
    shown = ((0.0, 10.0), (0.0, 1.0))
    closer = PlotState().zoomed(2, shown, (2.0, 0.5))
    assert closer.window == (1.0, 6.0)
    again = closer.zoomed(0.5, (closer.window, closer.span), (2.0, 0.5))
    assert np.allclose(again.window, (0, 10))
    assert PlotState().panned(0.5, 0, shown).window == (5.0, 15.0)
    assert closer.whole().window is None


async def test_variable_dialog_limits_the_number_of_checked_variables():
    names = [f"v{number}" for number in range(20)]
    choices = [VariableChoice(name, name) for name in names]
    dialog = VariableDialog("Y", choices, ("v0",), most=MOST_Y)
    app = ThemedApp()
    async with app.run_test() as pilot:
        app.push_screen(dialog)
        await pilot.pause()
        await pilot.press("tab")
        assert dialog.chosen == ("v0",)
        await pilot.press("down", "tab")
        assert dialog.chosen == ("v0", "v1")
        await pilot.press("up", "tab")
        assert dialog.chosen == ("v1",)
        for _ in names[1:]:
            await pilot.press("down", "tab")
        assert len(dialog.chosen) == MOST_Y


# Within runs


def test_plot_aligns_data_by_train_id():
    x, y = np.array([10.0, 11.0, 12.0]), np.array([1.0, 2.0, 3.0])
    across, up, note = align(x, np.array([5, 6, 7]), y, np.array([6, 7, 8]))
    assert (across.tolist(), up.tolist()) == ([11.0, 12.0], [1.0, 2.0])
    assert note == "1 point without a matching train ID"
    with pytest.raises(ValueError, match="no common train IDs"):
        align(x, np.array([1, 2, 3]), y, np.array([6, 7, 8]))
    with pytest.raises(ValueError, match="3 and 2 points"):
        align(x, None, y[:2], None)
    assert "by position" in align(x, None, y, np.array([1, 2, 3]))[2]


@pytest.fixture
def with_data(empty_folder):
    return fill(empty_folder)


def test_series_is_read_with_its_train_ids(with_data):
    line = read_line(with_data, key(2), "energy")
    expected = data_of(2)["energy"]
    assert np.allclose(line.values, expected)
    assert line.trains.tolist() == expected.trainId.values.tolist()
    assert read_line(with_data, key(2), "plain").along.tolist() == list(range(40))
    with pytest.raises(NotASeries, match="2 dimensions"):
        read_line(with_data, key(2), "image")


def test_very_long_series_keeps_its_extremes(with_data, monkeypatch):
    monkeypatch.setattr("damnit_daemon.hdf5.series.MOST_POINTS", 30)
    monkeypatch.setattr("damnit_daemon.hdf5.series.PLACES", 5)
    line = read_line(with_data, key(1), "plain")
    assert line.is_reduced
    assert (line.values.min(), line.values.max(), len(line.values)) == (0, 39, 10)
    assert MOST_POINTS > 1_000_000


def read_from(folder):
    return lambda run_key, name: read_line(folder, run_key, name)


def test_plot_within_runs_colours_each_run_and_aligns_trains(with_data):
    state = PlotState(("energy",), "position", over=Over.WITHIN)
    wanted = request_for(state, [key(1), key(3)])
    points = points_within(wanted, read_from(with_data), NAMING)
    assert [group.label for group in points.groups] == ["run 3", "run 1"]
    energy, position = data_of(1)["energy"], data_of(1)["position"]
    both = xr.align(position, energy, join="inner")
    assert np.allclose(points.groups[1].x, both[0])
    assert np.allclose(points.groups[1].y, both[1])
    assert points.notes == ("10 points without a matching train ID",)


def test_plot_within_runs_defaults_to_the_coordinate_as_x(with_data):
    wanted = request_for(PlotState(("energy",), "", over=Over.WITHIN), [key(1)])
    points = points_within(wanted, read_from(with_data), NAMING)
    assert points.x_label == "trainId"
    assert points.groups[0].x[0] == 1000


def test_plot_within_runs_aligns_runs_at_their_start(with_data):
    wanted = request_for(PlotState(("energy",), BEGIN, over=Over.WITHIN), [key(1), key(2)])
    points = points_within(wanted, read_from(with_data), NAMING)
    assert points.x_label == "trainId from start of run"
    for group, run in zip(points.groups, (2, 1), strict=True):
        assert group.x.tolist() == list(range(100))
        assert np.allclose(group.y, data_of(run)["energy"])


def test_plot_within_runs_reports_unreadable_runs_and_draws_the_others(with_data):
    with_data.results_file(key(2)).write_bytes(b"no file")
    wanted = request_for(PlotState(("energy",), "", over=Over.WITHIN), [key(1), key(2), key(9)])
    points = points_within(wanted, read_from(with_data), NAMING)
    assert len(points.groups) == 1
    assert any("run 2" in note for note in points.notes)
    wanted = request_for(PlotState(("image",), "", over=Over.WITHIN), [key(1)])
    assert "2 dimensions" in points_within(wanted, read_from(with_data), NAMING).problem
    wanted = request_for(PlotState(("energy",), "", over=Over.WITHIN), [])
    assert "No runs are marked" in points_within(wanted, read_from(with_data), NAMING).problem


def test_plot_within_runs_leaves_out_runs_beyond_the_limit():
    keys = [key(n) for n in range(100)]
    assert len(request_for(PlotState(("a", "b")), keys).keys) == MOST_LINES // 2


# Keys


async def opened(pilot, name="xgm.intensity", run=411):
    app = pilot.app
    await settle(pilot)
    app.main_screen.table.move_to(key(run), name)
    await pilot.press("p")
    await until(pilot, lambda: isinstance(app.screen, PlotScreen) and app.screen.is_settled)
    await until(pilot, lambda: app.screen.model.drawn is not None)
    return app.screen


@pytest.mark.extended
async def test_p_plots_the_variable_under_the_cursor_and_offers_the_previous_plot(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        screen = await opened(pilot)
        assert screen.model.state.y == ("xgm.intensity",)
        assert screen.model.points.count == 17
        await pilot.press("v", *"hits", "enter")
        await until(pilot, lambda: screen.model.state.y == ("agipd.hits",))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PlotScreen))
        assert app.screen.model.state.y == ("xgm.intensity",)
        await pilot.press("p")
        assert app.screen.model.state.y == ("agipd.hits",)
        await pilot.press("p")
        assert app.screen.model.state.y == ("xgm.intensity",)
        # The plot of the variable under the cursor is opened as it was left.
        await pilot.press("Y", "escape")
        await until(pilot, lambda: app.screen is app.main_screen)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PlotScreen))
        assert app.screen.model.state.log_y


@pytest.mark.extended
async def test_plot_shows_new_runs(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        screen = await opened(pilot)
        add_run(folder, 413)
        await until(pilot, lambda: screen.model.points.count == 18)


@pytest.mark.extended
async def test_plot_screen_obeys_each_of_its_keys(folder, tmp_path, monkeypatch):
    copied = []
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        screen = await opened(pilot)
        monkeypatch.setattr(app.system_clipboard, "copy", lambda text, _: copied.append(text))
        await pilot.press("v", *"ratio", "tab", "escape")
        assert screen.model.state.y == ("xgm.intensity", "ratio")
        await pilot.press("v", "down", "up", "tab", "escape", "v", *"intens", "enter")
        screen.change(PlotState(("xgm.intensity",)))
        await pilot.press("x", *"hits", "enter")
        assert screen.model.state.x == "agipd.hits"
        await pilot.press("s")
        assert (screen.model.state.y, screen.model.state.x) == (("agipd.hits",), "xgm.intensity")
        await pilot.press("c", *"ratio", "enter")
        assert screen.model.state.colour == "ratio"
        await pilot.press("c", *"no colour", "enter")
        assert screen.model.state.colour == ""
        for name in ("X", "Y"):
            await pilot.press(name)
        assert (screen.model.state.log_x, screen.model.state.log_y) == (True, True)
        await pilot.press("X", "Y", "l")
        low = screen.model.state.window[0]
        await pilot.press("h", "k", "j", "plus", "equals_sign", "minus", "0")
        assert screen.model.state.window is None
        assert low > 0
        await pilot.press("right", "right", "left")
        first = screen.model.state.cursor
        assert first is not None
        await pilot.press("n")
        assert screen.model.state.cursor is None
        await pilot.press("m")
        assert screen.model.state.form is Form.LINE
        await pilot.press("m")
        bins = screen.model.drawn.bins
        await pilot.press("greater_than_sign")
        assert screen.model.drawn.bins > bins
        await pilot.press("less_than_sign", "right", "m")
        await pilot.press("a")
        assert screen.model.state.which is RunScope.MARKED
        assert "No runs are marked" in screen.model.points.problem
        await pilot.press("a")
        assert screen.model.state.which is RunScope.ALL
        await pilot.press("o")
        assert screen.model.state.over is Over.WITHIN
        await until(pilot, lambda: screen.model.points.problem.startswith("18 runs: "))
        await pilot.press("o", "y", "question_mark")
        assert "XGM" in copied[0] or "Hits" in copied[0]
        await until(pilot, lambda: app.screen is not screen)
        await pilot.press("escape", "S")
        await until(pilot, lambda: isinstance(app.screen, SaveDialog))
        await pilot.press("escape", "q")
        await until(pilot, lambda: app.screen is app.main_screen)


@pytest.mark.extended
async def test_enter_in_a_plot_moves_to_the_run_of_the_point(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        await opened(pilot)
        await pilot.press("right", "right", "enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert app.main_screen.table.cursor.key == key(396)


async def test_plot_is_pointed_zoomed_and_dragged_by_the_mouse(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        screen = await opened(pilot)
        pane = screen.query_one("PlotCanvas")
        await pilot.click(pane, offset=(60, 15))
        assert screen.model.state.cursor is not None
        pane.post_message(pane.Wheeled(1, 60, 15))
        await until(pilot, lambda: screen.model.state.window is not None)
        left = screen.model.state.window[0]
        await pilot.mouse_down(pane, offset=(60, 15))
        await pilot.hover(pane, offset=(80, 15))
        await pilot.mouse_up(pane, offset=(80, 15))
        await until(pilot, lambda: screen.model.state.window[0] < left)


@pytest.mark.extended
async def test_marked_runs_are_plotted_within_runs(with_data):
    app = make_app(with_data)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(3), "energy")
        await pilot.press("space", "space", "p")
        await until(pilot, lambda: isinstance(app.screen, PlotScreen))
        screen = app.screen
        await until(pilot, lambda: screen.model.drawn is not None)
        assert screen.model.state.over is Over.WITHIN
        assert [group.label for group in screen.model.points.groups] == ["run 3", "run 2"]
        await pilot.press("x", *"posi", "enter")
        await until(pilot, lambda: screen.model.points.x_label == "Position")


# Saved


async def save_as(pilot, path):
    screen = pilot.app.screen
    await pilot.press("S")
    await until(pilot, lambda: isinstance(pilot.app.screen, SaveDialog))
    pilot.app.screen.query_one("Input").value = str(path)
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is screen)
    await until(pilot, path.exists)
    await until(pilot, lambda: path.stat().st_size > 0)


@pytest.mark.extended
async def test_plot_is_saved_as_csv_text_and_png(folder, tmp_path):
    from PIL import Image

    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        screen = await opened(pilot)
        await save_as(pilot, tmp_path / "points.csv")
        with (tmp_path / "points.csv").open() as file:
            header, *lines = csv.reader(file)
        assert header == ["series", "proposal", "run", "Run", "XGM/Intensity [µJ]"]
        assert [float(line[4]) for line in lines] == screen.model.points.groups[0].y.tolist()
        await save_as(pilot, tmp_path / "plot.txt")
        assert "XGM/Intensity" in (tmp_path / "plot.txt").read_text()
        await save_as(pilot, tmp_path / "plot.png")
        with Image.open(tmp_path / "plot.png") as image:
            assert image.size == (1200, 900)


@pytest.mark.extended
async def test_escape_closes_the_variable_dialog_of_a_plot(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await opened(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, VariableDialog))
        await pilot.press(*"nothing like it", "enter", "escape")
        await until(pilot, lambda: app.screen is screen)
        assert screen.model.state.x == "run"
