"""Keys in one burst, each for the screen that the previous key led to."""

from __future__ import annotations

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import TextArea

from damnit_tui.context_editor.screen import ContextScreen
from damnit_tui.data.daemon_client import DaemonClient, RequestResult
from damnit_tui.reprocess.dialog import ReprocessDialog
from damnit_tui.viewer.screen import ViewerScreen
from damnit_tui.widgets.find_prompt import FindPrompt
from damnit_tui.widgets.prompt import Prompt

from ..conftest import key, make_app, settle, until
from ..main.test_cell_edit import cell

NAMES = {
    "\r": "enter", "\x1b": "escape", "\x06": "ctrl+f", "\x7f": "backspace", "\x15": "ctrl+u",
    "\x02": "left",
}  # fmt: skip


def burst(app, text):
    """All at once: nothing is waited for."""
    for character in text:
        name = NAMES.get(character)
        event = events.Key(name or _character_to_key(character), None if name else character)
        app.post_message(event)


def place(app):
    cursor = app.main_screen.table.cursor
    return cursor.key.run, cursor.name


async def opened(pilot):
    await settle(pilot)
    pilot.app.main_screen.table.move_to(key(412), "ratio")
    return pilot.app


async def test_keys_after_a_filter_move_in_the_table(folder):
    async with make_app(folder).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        burst(app, "/ratio > 0\rjj")
        await until(pilot, lambda: place(app) == (410, "ratio"))
        assert app.main_screen.table.rows.arrangement.filter.text == "ratio > 0"
        await until(pilot, lambda: not app.screen.query(Prompt))


@pytest.mark.extended
async def test_corrections_in_a_burst_are_applied_in_the_filter_prompt(folder):
    async with make_app(folder).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        burst(app, "/ratip\x7fo > 01\x02\x7f0.\x02\x02")
        await until(pilot, lambda: app.screen.query(Prompt))
        field = app.screen.query_one(Prompt).input
        await until(pilot, lambda: (field.value, field.cursor_position) == ("ratio > 0.1", 8))
        burst(app, "\x15label\x7f\x7f")
        await until(pilot, lambda: (field.value, field.cursor_position) == ("lab0.1", 3))


@pytest.mark.extended
async def test_corrections_in_a_burst_are_applied_in_the_context_editor(folder):
    folder.context_file.write_text("")
    async with make_app(folder).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, ContextScreen))
        area = app.screen.query_one(TextArea)
        await until(pilot, lambda: not area.read_only)
        burst(app, "ac\x02b\x02\x02\r\x02x = y\x7fz")
        await until(pilot, lambda: area.text == "x = z\nabc")


@pytest.mark.extended
async def test_keys_after_a_jump_to_a_run_move_in_the_table(folder):
    async with make_app(folder).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        burst(app, ":405\rjj:40\x1bj")
        await until(pilot, lambda: place(app) == (402, "ratio"))


@pytest.mark.extended
async def test_edits_in_one_burst_reach_their_cells(folder):
    async with make_app(folder).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        app.main_screen.table.move_to(key(410), "comment")
        burst(app, "efirst\rjesecond\rj")
        await until(pilot, lambda: place(app) == (408, "comment"))
        await until(pilot, lambda: cell(folder, 409, "comment") == "second")
        assert cell(folder, 410, "comment").endswith("first")


@pytest.mark.extended
@pytest.mark.parametrize("more", ["", "\r"])
async def test_keys_after_finding_a_column_apply_to_that_column(folder, more):
    async with make_app(folder).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        app.main_screen.table.move_to(key(410), "comment")
        burst(app, "\x06ratio\r" + more)
        await until(pilot, lambda: place(app) == (410, "ratio"))
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen) == bool(more))
        await until(pilot, lambda: not app.main_screen.query(FindPrompt))


async def test_enter_reaches_a_dialog_opened_by_the_previous_key(folder, monkeypatch):
    asked = []
    told = RequestResult("Noted.")
    monkeypatch.setattr(DaemonClient, "ask", lambda *_: asked.append(1) or told)
    async with make_app(folder).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        burst(app, "r\rj")
        await until(pilot, lambda: asked)
        await until(pilot, lambda: place(app) == (411, "ratio"))
        assert not isinstance(app.screen, ReprocessDialog)


async def test_dialogs_opened_and_closed_in_one_burst_return_to_the_table(folder):
    async with make_app(folder).run_test(size=(100, 30)) as pilot:
        app = await opened(pilot)
        burst(app, "?\x1bjjc\x1bj")
        await until(pilot, lambda: place(app) == (409, "ratio"))
        assert app.screen is app.main_screen
