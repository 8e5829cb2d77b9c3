"""Each key of the key table pressed on its screen.

A key that is new comes along by itself; a place that is new needs a way to it in `every_screen`.
"""

from __future__ import annotations

import functools
import shutil
from datetime import UTC
from pathlib import Path

import pytest

from damnit_daemon.paths import DamnitFolder
from damnit_daemon.supervise import stop
from damnit_daemon.supervise.conf_io import conf_path
from damnit_tui import app as app_module
from damnit_tui import keymap
from damnit_tui.app import DamnitApp
from damnit_tui.data.session import Session

from .conftest import NOW, settle, until
from .every_screen import PLACES

pytestmark = pytest.mark.extended

BY_WIDGETS = {
    ("dialog.down", "down"): "scroll_down",
    ("dialog.up", "up"): "scroll_up",
    ("find.keep", "enter"): "submit",
    ("prompt.keep", "enter"): "submit",
    ("search.keep", "enter"): "submit",
    ("value.keep", "enter"): "submit",
    ("range.keep", "enter"): "submit",
    ("variable.save", "enter"): "submit",
}
"""Where what has the focus takes the key, and does the same or hands it on."""
OWNERS = sorted({key.owner for key in keymap.KEYS})


class Noting(DamnitApp):
    """Notes which actions were done, and whose binding each was of."""

    CSS_PATH = Path(app_module.__file__).parent / "app.tcss"

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        self.done: list[tuple[str, set[str]]] = []
        self.animation_level = "none"

    async def run_action(self, action, default_namespace=None, namespaces=None):
        noted = (action, _ids(default_namespace))
        self.done.append(noted)
        was_done = await super().run_action(action, default_namespace, namespaces)
        if not was_done:
            self.done.remove(noted)
        return was_done


def _ids(node) -> set[str]:
    if node is None:
        return set()
    return {each.id for many in node._bindings.key_to_bindings.values() for each in many}


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """Gives a folder of each kind, made once."""
    return functools.cache(lambda how: how(tmp_path_factory.mktemp("keys") / "amore"))


@pytest.fixture
def made(templates, tmp_path, monkeypatch):
    """Gives a folder of its own to a place; nothing that was started outlives the test."""
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path / "exp"))
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.chdir(tmp_path)
    folders = []

    def make(how):
        path = shutil.copytree(templates(how).path, tmp_path / "amore")
        folders.append(DamnitFolder(path))
        return folders[0]

    yield make
    for folder in folders:
        if conf_path(folder).exists():
            stop(folder)


def test_every_key_owner_has_a_way_to_reach_it():
    assert set(PLACES) == set(OWNERS)


@pytest.mark.parametrize("owner", OWNERS)
async def test_every_key_runs_the_action_of_the_key_table(made, owner):
    make, go = PLACES[owner]
    folder = made(make)
    left = [
        (key, name) for key in keymap.KEYS if key.owner == owner for name in key.keys.split(",")
    ]
    while left:
        app = Noting(Session(folder, clock=lambda: NOW), clock=lambda: NOW, zone=UTC)
        async with app.run_test(size=(130, 36)) as pilot:
            await settle(pilot)
            while left and not app._exit:
                key, name = left.pop(0)
                await go(pilot)
                here = app.screen, app.focused
                await _press(pilot, key, name)
                while left and not app._exit and (app.screen, app.focused) == here:
                    key, name = left.pop(0)
                    await _press(pilot, key, name)
                if not app._exit:
                    await _back_to_the_table(pilot)


async def _press(pilot, key, name) -> None:
    app = pilot.app
    app.done.clear()
    await pilot.press(name)

    by_widget = BY_WIDGETS.get((key.id, name))

    def is_done():
        return any(
            action == by_widget or (action == key.action and key.id in ids)
            for action, ids in app.done
        )

    try:
        await until(pilot, is_done)
    except AssertionError:
        actions = [action for action, _ in app.done]
        raise AssertionError(
            f"{name} ({key.id}) did {actions}, not {key.action}; focus: {app.focused!r}"
        ) from None
    await pilot.pause()


async def _back_to_the_table(pilot) -> None:
    """However it was left; that the app answers is what the next way shows."""
    app = pilot.app
    await pilot.pause()
    main = app.main_screen
    while app.screen is not main:
        await app.pop_screen()
    for _ in range(3):
        if not main.table.has_focus:
            await pilot.press("escape")
            await pilot.pause()
    if main.table.rows.keys != main.table.rows.all_keys:
        await pilot.press("backslash")
    await until(pilot, lambda: main.table.has_focus)
    await until(pilot, lambda: app.screen is main)
