"""The viewer on real files: contents and keys."""

from __future__ import annotations

import json

import numpy as np
import pytest

from damnit_daemon.model.view import Colours, ComplexPart, Curve, How, ReducedImage, TextContent
from damnit_daemon.store import NewValue
from damnit_tui.charts.colourmaps import MAPS
from damnit_tui.dialogs.help import HelpScreen
from damnit_tui.dialogs.save_dialog import SaveDialog
from damnit_tui.terminal import clipboard
from damnit_tui.viewer.cell_dialog import CellDialog
from damnit_tui.viewer.members_dialog import MembersDialog
from damnit_tui.viewer.screen import ViewerScreen

from ...daemon.hdf5.builders import Fragment
from ..conftest import NOW, add_run, key, make_app, settle, until
from ..every_screen import make_rich_folder
from .sample_folder import make_inspect_folder, spot, wave

SIZE = (110, 34)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_inspect_folder(tmp_path_factory.mktemp("inspect") / "amore")


def screen_text(app) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def open_cell(pilot, name: str, run: int = 1) -> ViewerScreen:
    app = pilot.app
    await settle(pilot)
    app.main_screen.table.move_to(key(run), name)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
    await rest(pilot)
    return app.screen


async def rest(pilot) -> None:
    """Until all that was asked for is on the screen."""
    await pilot.pause()
    await until(pilot, lambda: pilot.app.screen.is_settled)
    await pilot.pause()


async def press(pilot, *keys: str) -> None:
    """Each key when what the one before asked for is there: zooming goes by what is seen."""
    for each in keys:
        await pilot.press(each)
        await rest(pilot)


@pytest.mark.extended
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("count", ["42", "int64", "What count is.", "took 1.25 s", "7f3a", "looks"]),
        ("ratio", ["0.14285714285714285 µJ", "float64"]),
        ("flag", ["no", "bool"]),
        ("phase", ["(1+2j)", "complex128"]),
        ("note", ["a line", "needle in run 1"]),
        ("raw", ["00000000  00 01 62 69", "··binary·"]),
        ("curve", ["float64 (5000,)", "5,000 points from 890.0433 µJ to 1500 µJ", "index", "┤"]),
        ("bools", ["bool (50,)", "50 points from 0 to 1"]),
        ("spectrum", ["complex128 (300,)", "real part", "300 points"]),
        ("image", ["float32 (240, 320)", "viridis", "to 1000000 µJ; colours 0.3", "▀"]),
        ("mask", ["bool (40, 60)", "colours 0 to 1"]),
        ("waves", ["complex128 (64, 64)", "real part", "▀"]),
        ("cube", ["float64 (6, 40, 50)", "dimension 0 = 2 of 6", "from 4000 to 5999"]),
        ("figure", ["uint8 (64, 64, 4)", "▀"]),
        (
            "plotly",
            ["2 of 3 traces drawn", "unsupported: scatter3d", "counts", "step", "up", "steps"],
        ),
        ("empty", ["It is empty: its shape is (0,)."]),
        ("hollow", ["20 of 20 points NaN or infinite", "20 points, none finite"]),
        ("line", ["float64 (trainId: 1000)", "I [µJ]", "1500000200", "1500 µJ"]),
        ("clock", ["11:00", "11:30", "time"]),
        ("names", ["phi", "y␛[31m", "motor"]),
        ("map", ["float64 (q: 64, angle: 64)", "↕ q ↔ angle", "0.4"]),
        ("set", ["counts (1 of 2", "v to choose", "…0000150"]),
        ("scalar_array", ["2.5"]),
        ("spotted", ["preview", "float32 (60, 80)", "Tab preview/data"]),
    ],
)
async def test_viewer_shows_each_type(folder, name, shown):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        await open_cell(pilot, name)
        text = screen_text(app)
        for one in shown:
            assert one in text
        assert not [c for c in text if ord(c) < 32 and c != "\n"]
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main_screen


@pytest.mark.extended
async def test_j_and_k_in_the_viewer_change_the_run_at_the_held_scale(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "image")
        held = screen.viewer.state.held
        await press(pilot, "k")
        assert "r2 · Look/image" in screen_text(app)
        assert app.main_screen.table.cursor == (key(2), "image")
        assert screen.viewer.state.held == held
        assert f"colours {held[0]:.7g}" in screen_text(app)
        await press(pilot, "k")
        assert "No data: " in screen_text(app)
        await press(pilot, "k", "j", "j", "j")
        assert screen.address == (key(1), "image")
        assert isinstance(screen.viewer.data.content, ReducedImage)


@pytest.mark.extended
async def test_arrow_keys_in_the_viewer_read_out_values(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "line")
        await press(pilot, "right")
        assert "trainId 1500000500: mean 1076.439 µJ, from 1068.184" in screen_text(app)
        await press(pilot, "shift+left", "left", "shift+right", "right")
        x = screen.viewer.state.cursor[1]
        assert 1_500_000_400 < x < 1_500_000_600
        await press(pilot, "x")
        assert screen.viewer.state.cursor is None
        assert "1,000 points" in screen_text(app)


@pytest.mark.extended
async def test_image_cursor_in_the_viewer_shows_its_pixel(folder):
    app = make_app(folder)
    image = spot(1)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "image")
        await press(pilot, "right", "down", "up", "shift+down", "shift+up")
        row, column = (int(v) for v in screen.viewer.state.cursor)
        assert (row, column) == (120, 160)
        await press(pilot, *["plus"] * 5)
        assert f"row {row}, column {column}: {image[row, column]:.7g} µJ" in screen_text(app)


@pytest.mark.extended
async def test_click_sets_the_viewer_cursor_and_the_wheel_zooms(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "image")
        await pilot.click("DataCanvas", offset=(30, 10))
        await rest(pilot)
        assert screen.viewer.state.cursor is not None
        screen.view.query_one("DataCanvas").post_message(screen.view._pane.Wheeled(1, 30, 10))
        await rest(pilot)
        assert screen.viewer.state.x is not None


@pytest.mark.extended
async def test_zoom_and_pan_in_the_viewer_read_only_the_visible_range(folder):
    app = make_app(folder)
    curve = wave(1)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "curve")
        await press(pilot, *["equals_sign"] * 4)
        low, high = screen.viewer.state.x
        assert high - low == pytest.approx(4999 / 16)
        shown = screen.viewer.data.content
        inside = curve[int(np.ceil(low)) : int(high) + 1]
        assert shown.range == (inside.min(), inside.max())
        await press(pilot, "h")
        assert screen.viewer.state.x[0] < low
        await press(pilot, "l", "l")
        assert screen.viewer.state.x[0] > low
        await press(pilot, "minus")
        assert screen.viewer.state.x[1] - screen.viewer.state.x[0] > high - low
        await press(pilot, "0")
        assert screen.viewer.state.x is None


@pytest.mark.extended
async def test_viewer_keys_change_scale_colours_and_fit(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "image")
        await press(pilot, "s")
        assert "logarithmic" in screen_text(app)
        await press(pilot, "s", "c")
        assert MAPS[1].name in screen_text(app)
        await press(pilot, "m")
        assert screen.viewer.state.how is How.MAX
        await press(pilot, "plus", "plus", "plus", "r")
        content = screen.viewer.data.content
        assert screen.viewer.state.held == content.extremes
        await press(pilot, "0", "r")
        image = spot(1)
        assert screen.viewer.state.held == pytest.approx(tuple(np.quantile(image, [0.01, 0.99])))


async def test_image_profiles_in_the_viewer_are_the_row_and_column_of_the_cursor(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        await open_cell(pilot, "image")
        await press(pilot, "p")
        assert "row 120" in screen_text(app)
        assert "column 160" in screen_text(app)


@pytest.mark.extended
async def test_viewer_keys_change_slices_axes_and_complex_parts(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "cube")
        await press(pilot, "full_stop")
        assert "dimension 0 = 3 of 6" in screen_text(app)
        assert screen.viewer.data.content.extremes == (6000, 7999)
        assert "values outside held scale" in screen_text(app)
        await press(pilot, "comma", "comma")
        assert "dimension 0 = 1 of 6" in screen_text(app)
        await press(pilot, "greater_than_sign")
        assert "dimension 0 = 5 of 6" in screen_text(app)
        await press(pilot, "less_than_sign")
        assert "dimension 0 = 0 of 6" in screen_text(app)
        await press(pilot, "a")
        assert screen.viewer.data.about.axes == (0, 2)
        await press(pilot, "a", "a", "d")
        assert isinstance(screen.viewer.data.content, Curve)
        await press(pilot, "full_stop")
        assert len(screen.viewer.data.about.cut) == 2
        assert "▸dimension 1 = 20 of 40" in screen_text(app)


async def test_z_in_the_viewer_cycles_through_parts_of_complex_numbers(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "spectrum")
        await press(pilot, "z", "z")
        assert screen.viewer.state.part is ComplexPart.MAGNITUDE
        assert "300 points from 0 to 299" in screen_text(app)


@pytest.mark.extended
async def test_brackets_in_the_viewer_select_variables_of_a_dataset(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "set")
        await press(pilot, "right_square_bracket")
        assert screen.viewer.data.about.member == "ix"
        assert "[mm]" in screen_text(app)
        await press(pilot, "left_square_bracket")
        assert screen.viewer.data.about.member == "counts"
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, MembersDialog))
        await pilot.press("j", "k", "j", "enter")
        await until(pilot, lambda: app.screen is screen)
        await rest(pilot)
        assert screen.viewer.data.about.member == "ix"
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, MembersDialog))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)


async def test_tab_in_the_viewer_switches_between_preview_and_data(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "spotted")
        await press(pilot, "tab")
        assert isinstance(screen.viewer.data.content, Curve)
        await press(pilot, "tab")
        assert isinstance(screen.viewer.data.content, ReducedImage)


@pytest.mark.extended
async def test_text_in_the_viewer_is_searched_and_scrolled(folder, tmp_path):
    app = make_app(make_inspect_folder(tmp_path / "amore"))
    text = "\n".join(f"line {n} {'NEEDLE' if n in (90, 150) else ''}" for n in range(200))
    path = app.main_screen.session.folder.results_file(key(1))
    path.unlink()
    Fragment(path).data("note", text)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "note")
        assert isinstance(screen.viewer.data.content, TextContent)
        await press(pilot, "down", "down", "up")
        assert screen.viewer.wrapped.top == 1
        await press(pilot, "pagedown")
        assert screen.viewer.wrapped.top > 20
        await press(pilot, "pageup", "home")
        assert screen.viewer.wrapped.top == 0
        await pilot.press("slash", *"needle", "enter")
        await rest(pilot)
        assert "line 90 NEEDLE" in screen_text(app)
        await press(pilot, "n")
        assert "line 150 NEEDLE" in screen_text(app)
        await press(pilot, "N")
        assert "line 90 NEEDLE" in screen_text(app)
        await pilot.press("slash", "escape")
        await rest(pilot)
        assert app.screen is screen


@pytest.mark.extended
async def test_viewer_copies_data_and_shows_facts_and_help(folder, monkeypatch):
    copied = []
    monkeypatch.setattr(clipboard, "copy_text", lambda text, *_: copied.append(text) or "here")
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "names")
        await pilot.press("y")
        await until(pilot, lambda: bool(copied))
        assert copied[0].splitlines()[0].split("\t")[0] == "x"
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, CellDialog))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert "Viewer" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("q")
        await pilot.pause()
        assert app.screen is app.main_screen


@pytest.mark.extended
@pytest.mark.parametrize(
    ("name", "ending", "begin"),
    [
        ("image", ".png", b"\x89PNG"),
        ("curve", ".csv", b"index,value\r\n0,1094.1"),
        ("cube", ".npy", b"\x93NUMPY"),
        ("plotly", ".html", b"<!DOCTYPE html>"),
        ("note", ".txt", b"a line\na line"),
    ],
)
async def test_viewer_saves_the_shown_data(folder, tmp_path, monkeypatch, name, ending, begin):
    monkeypatch.chdir(tmp_path)
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, name)
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, SaveDialog))
        path = tmp_path / f"saved{ending}"
        app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        await until(pilot, path.exists)
        assert path.read_bytes().startswith(begin)
        await until(pilot, lambda: "Saved to" in "".join(n.message for n in app._notifications))
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, SaveDialog))
        app.screen.query_one("Input").value = str(path)
        await pilot.press("enter")
        await pilot.pause()
        assert "Press ⏎ again to overwrite it" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)


async def test_viewer_reports_an_unwritable_save_path(folder, tmp_path):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        await open_cell(pilot, "curve")
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, SaveDialog))
        app.screen.query_one("Input").value = str(tmp_path / "curve.doc")
        await pilot.press("enter")
        assert "Use one of the suffixes .png" in screen_text(app)
        app.screen.query_one("Input").value = str(tmp_path / "not there" / "curve.csv")
        await pilot.press("enter")
        await until(pilot, lambda: "cannot be written to" in "".join(
            n.message for n in app._notifications))  # fmt: skip


@pytest.mark.extended
async def test_viewer_reports_broken_files_and_figures(tmp_path):
    folder = make_inspect_folder(tmp_path / "amore")
    folder.results_file(key(2)).write_bytes(b"no HDF5" * 999)
    path = folder.results_file(key(1))
    path.unlink()
    fragment = Fragment(path)
    bad = {"data": [{"type": "scatter", "y": {"dtype": "f8", "bdata": "%%%", "shape": 9}}, 3, None]}
    for name, text in (("plotly", "{broken"), ("note", json.dumps(bad)), ("map", '{"data": 3}')):
        fragment.data(name, np.frombuffer(text.encode(), np.uint8), "PlotlyFigure")
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        for name, run, told in (
            ("plotly", 1, "Cannot redraw this Plotly figure: invalid JSON"),
            ("note", 1, "None of the traces can be drawn in a terminal."),
            ("map", 1, "no list of traces"),
            ("curve", 1, "No data: "),
            ("curve", 2, "not an HDF5 file"),
            ("curve", 3, "No data: "),
        ):
            await open_cell(pilot, name, run)
            assert told in " ".join(screen_text(app).split())
            await pilot.press("escape")
            await pilot.pause()


@pytest.mark.extended
@pytest.mark.parametrize("size", [(1, 1), (20, 5), (40, 12), (200, 60)])
async def test_viewer_survives_resizing_to_any_size(folder, size):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        for name in ("image", "curve", "figure", "plotly", "note", "cube"):
            screen = await open_cell(pilot, name)
            await pilot.press("p")
            await pilot.resize_terminal(*size)
            await pilot.pause()
            await pilot.resize_terminal(*SIZE)
            await rest(pilot)
            assert screen.viewer.data is not None
            await pilot.press("escape")
            await pilot.pause()


async def test_viewer_uses_shades_with_no_color(folder, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        await open_cell(pilot, "image")
        assert "▀" not in screen_text(app)
        assert "█" in screen_text(app)


@pytest.mark.extended
async def test_viewer_of_a_cell_without_a_value_shows_the_reason(folder, tmp_path):
    folder = make_inspect_folder(tmp_path / "amore")
    error = {"error": "no beam", "error_cls": "ValueError"}
    add_run(folder, 4, NewValue(key(4), "image", None, attributes=error))
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "image", 3)
        await press(pilot, "k")
        assert screen.address.key == key(4)
        assert "ValueError" in screen_text(app)
        assert "no beam" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is not app.main_screen)
        await until(pilot, lambda: "no beam" in screen_text(app))


async def test_v_shows_the_cell_under_the_cursor_in_the_preview_pane(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        main = app.main_screen
        main.table.move_to(key(1), "image")
        await pilot.press("v")
        await until(pilot, lambda: main.preview.is_settled)
        await pilot.pause()
        assert main.preview.display
        assert "r1 · Look/image · float32 (240, 320)" in screen_text(app)
        await pilot.press("k")
        await until(pilot, lambda: "r2 · Look/image · float32" in screen_text(app))
        main.table.move_to(key(1), "line")
        await until(pilot, lambda: "r1 · Look/line · float64" in screen_text(app))
        assert main.preview.region.x > main.table.region.x
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: main.preview.region.x == main.table.region.x)
        assert main.preview.region.y > main.table.region.y
        await pilot.press("v")
        await pilot.pause()
        assert not main.preview.display
        assert not main.preview.children


@pytest.mark.extended
async def test_preview_pane_leaves_the_row_under_the_cursor_visible(tmp_path):
    folder = make_rich_folder(tmp_path / "amore")
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        last = table.view.shown_keys[-1]
        table.move_to(last, "agipd.preview")
        await pilot.press("v")
        await until(pilot, lambda: app.main_screen.preview.is_settled)
        await until(pilot, lambda: last in table.view.shown_keys)
        assert f"{last.run}" in screen_text(app)


@pytest.mark.extended
async def test_preview_pane_shows_the_last_cell_after_fast_moves(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        main = app.main_screen
        main.table.move_to(key(1), "bools")
        await pilot.press("v", *["l"] * 12, *["k", "j"] * 6, *["h"] * 3)
        cursor = main.table.cursor
        await until(pilot, lambda: main.preview.view and main.preview.view.address == cursor)
        await until(pilot, lambda: main.preview.is_settled)
        await pilot.pause()
        assert main.preview.view.viewer.details.key == cursor.key
        assert main.preview.view.viewer.details.column.name == cursor.name


async def test_colour_image_in_the_viewer_has_a_readout(folder):
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        screen = await open_cell(pilot, "figure")
        assert isinstance(screen.viewer.data.content, Colours)
        await press(pilot, "right")
        assert "row 32, column 32: RGB (" in screen_text(app)


@pytest.mark.extended
async def test_viewer_reloads_data_that_was_computed_again(tmp_path):
    folder = make_inspect_folder(tmp_path / "amore")
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await open_cell(pilot, "curve")
        assert "5,000 points" in screen_text(app)
        path = folder.results_file(key(1))
        path.unlink()
        Fragment(path).data("curve", np.arange(77.0))
        add_run(folder, 1, NewValue(key(1), "curve", 38.0), now=NOW + 5)
        await until(pilot, lambda: "77 points" in screen_text(app))
        await pilot.press("escape", "v")
        await until(pilot, lambda: "77 points" in screen_text(app))
        path.unlink()
        Fragment(path).data("curve", np.arange(99.0))
        add_run(folder, 1, NewValue(key(1), "curve", 49.0), now=NOW + 9)
        await until(pilot, lambda: "99 points" in screen_text(app))
