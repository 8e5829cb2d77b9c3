"""Hints for keys, and the steps of Esc."""

from textual import events

from damnit_tui.widgets.footer import KeyFooter

from .conftest import key, make_app, settle, until
from .main.test_cell_edit import notifications


async def test_escape_clears_marks_before_the_filter(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        table.move_to(key(409), "sample")
        await pilot.press("asterisk")
        await until(pilot, lambda: len(table.rows.keys) < 18)
        await pilot.press("space", "escape")
        await until(pilot, lambda: not table.marked)
        assert len(table.rows.keys) < 18
        await pilot.press("escape")
        await until(pilot, lambda: len(table.rows.keys) == 18)


async def test_key_of_another_keyboard_layout_is_reported_once(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for letter in "йцй":
            app.post_message(events.Key(letter, letter))
        await until(
            pilot, lambda: any("No key is bound to й" in text for text in notifications(app))
        )
        await pilot.pause()
        assert len(notifications(app)) == 1


async def test_footer_shows_the_keys_of_the_open_prompt(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        table.move_to(key(409), "sample")
        footer = app.main_screen.query_one(KeyFooter)
        before = footer.render().plain
        for opening, told in (
            ("slash", "⏎ apply  Esc cancel  Tab complete"),
            ("ctrl+n", "⏎ go there"),
            ("e", "⏎ save  Esc cancel"),
        ):
            await pilot.press(opening)
            await until(pilot, lambda told=told: told in footer.render().plain)
            await pilot.press("escape")
            await until(pilot, lambda: footer.render().plain == before)
