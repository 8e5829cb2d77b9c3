"""Keys typed while a prompt opens."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Input

from ..conftest import key, make_app, settle, until

TYPED = "4jkx 05 G"
"""Digits, too: the table counts with them."""


@pytest.mark.extended
@pytest.mark.parametrize(
    ("opening", "name"), [("/", None), (":", None), ("e", "comment"), ("+", None), ("ctrl+f", None)]
)
async def test_keys_typed_while_a_prompt_opens_are_typed_into_it(folder, opening, name):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        if name:
            app.main_screen.table.move_to(key(412), name)
        await pilot.pause()
        before = app.main_screen.table.cursor
        # Not by pilot.press, which waits after each key: a line that stalled sends all at once.
        for pressed in (opening, *TYPED):
            known = {"/": "slash", ":": "colon", "+": "plus", " ": "space"}.get(pressed, pressed)
            character = pressed if len(pressed) == 1 else None
            app.post_message(events.Key(known, character))
        await until(pilot, lambda: isinstance(app.focused, Input))
        await until(pilot, lambda: app.focused.value == TYPED)
        assert app.screen is app.main_screen
        assert app.main_screen.table.marked == frozenset()
        if opening != "ctrl+f":
            assert app.main_screen.table.cursor == before


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8])
async def test_letters_keep_their_order_while_a_prompt_opens(folder, turns):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for letter in "/comment ~ light":
            app.post_message(events.Key(_character_to_key(letter), letter))
            for _ in range(turns):
                await asyncio.sleep(0)
        await until(pilot, lambda: isinstance(app.focused, Input) and len(app.focused.value) == 15)
        assert app.focused.value == "comment ~ light"


@pytest.mark.parametrize("pressed", ["x", "y", "tab", "q"])
async def test_keys_typed_while_the_app_ends_are_dropped(folder, pressed):
    """The fast typist's `q` twice, or a slow machine: the screens are gone, keys still come."""
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for _ in range(60):
            app.post_message(events.Key(pressed, pressed if len(pressed) == 1 else None))
    await app.on_event(events.Key(pressed, None))
    await app.on_key(events.Key(pressed, None))
    assert app._exception is None
