"""Pictures of looking into cells. Look at a new one before you keep it."""

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
def test_a_type(snap, name):
    assert snap(name)


@pytest.mark.extended
@pytest.mark.parametrize("name", ["image", "curve", "set", "ratio"])
def test_a_small_terminal(snap, name):
    assert snap(name, size=(80, 24))


def test_a_cursor_on_a_curve(snap):
    assert snap("line", "plus", "right", "right")


@pytest.mark.extended
def test_profiles_and_cursor_of_an_image(snap):
    assert snap("image", "p", "right", "shift+up", "shift+right")


def test_logarithmic_in_another_map(snap):
    assert snap("image", "s", "c", "c")


def test_another_run_at_the_same_scale(snap):
    assert snap("image", "k")


def test_a_light_theme(snap):
    assert snap("image", theme="textual-light")


def test_a_curve_in_a_light_theme(snap):
    assert snap("curve", theme="textual-light")


def test_no_colours(snap, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap("image")


@pytest.mark.parametrize("size", [(130, 34), (80, 24)])
def test_the_pane_beside_the_table(snap_compare, folder, size):
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
