"""Snapshots of the viewer. Look at a new one before keeping it."""

import pytest

from ..conftest import make_app, settle, until
from ..viewer.sample_folder import make_inspect_folder, values
from ..viewer.test_screen import open_cell, press
from .test_main import FOLDER

SIZE = (110, 32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_inspect_folder(tmp_path_factory.mktemp("looks") / "amore")


@pytest.fixture
def snap(snap_compare, folder):
    """Compare a cell with its picture, after some keys."""

    def compare(name, *keys, size=SIZE, theme=None):
        app = make_app(folder, shown_path=FOLDER)
        if theme:
            app.theme = theme

        async def run_before(pilot):
            await open_cell(pilot, name)
            if keys:
                await press(pilot, *keys)

        return snap_compare(app, terminal_size=size, run_before=run_before)

    return compare


@pytest.mark.extended
@pytest.mark.parametrize("name", [*values(1), "spotted"])
def test_viewer_of_each_type(snap, name):
    assert snap(name)


@pytest.mark.extended
@pytest.mark.parametrize("name", ["image", "curve", "set", "ratio"])
def test_viewer_on_a_small_terminal(snap, name):
    assert snap(name, size=(80, 24))


def test_viewer_of_a_curve_with_cursor(snap):
    assert snap("line", "plus", "right", "right")


@pytest.mark.extended
def test_viewer_of_an_image_with_profiles_and_cursor(snap):
    assert snap("image", "p", "right", "shift+up", "shift+right")


def test_viewer_with_logarithmic_scale_and_another_colour_map(snap):
    assert snap("image", "s", "c", "c")


def test_viewer_of_another_run_at_the_held_scale(snap):
    assert snap("image", "k")


def test_viewer_of_an_image_in_a_light_theme(snap):
    assert snap("image", theme="textual-light")


def test_viewer_of_a_curve_in_a_light_theme(snap):
    assert snap("curve", theme="textual-light")


def test_viewer_with_no_color(snap, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap("image")


@pytest.mark.parametrize("size", [(130, 34), (80, 24)])
def test_preview_pane_beside_the_table(snap_compare, folder, size):
    from ..conftest import key

    app = make_app(folder, shown_path=FOLDER)

    async def run_before(pilot):
        main = pilot.app.main_screen
        await settle(pilot)
        await until(pilot, lambda: main.status.work.is_known)
        main.table.move_to(key(2), "image")
        await pilot.press("v")
        await until(pilot, lambda: main.preview.is_settled)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run_before)
