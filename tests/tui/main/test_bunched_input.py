"""Keys and clicks that arrive in one packet."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from rich.style import Style
from textual import events, work
from textual.screen import Screen
from textual.widgets import Input, OptionList
from textual.widgets._toast import Toast

from damnit_daemon.store import NewValue, save_values
from damnit_tui.dialogs.checklist_dialog import ChecklistDialog
from damnit_tui.dialogs.variable_dialog import VariableChoice, VariableDialog
from damnit_tui.textual_internals import OPTION_LIST
from damnit_tui.viewer.screen import ViewerScreen
from damnit_tui.widgets.lists import ChoiceList

from ..conftest import NOW, database_of, key, make_app, settle, until
from ..every_screen import PLACES


def burst(app, *keys):
    """Keys in one packet."""
    for name in keys:
        character = name if len(name) == 1 else None
        app.post_message(events.Key(name, character))


def click(app, x, y):
    """A press and a release of the mouse."""
    for kind in (events.MouseDown, events.MouseUp):
        app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))


async def notification(pilot):
    """Show a notification, and return its widget once it has a place."""
    app = pilot.app
    app.notify("here")
    await until(pilot, lambda: app.screen.query(Toast))
    toast = app.screen.query_one(Toast)
    await until(pilot, lambda: toast.region.area)
    return toast


async def test_screen_dismissed_twice_closes_no_other_screen(folder):
    app, results = make_app(folder), []
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        below, screen = Screen(), Screen()
        await app.push_screen(below)
        await app.push_screen(screen, results.append)
        screen.dismiss(1)
        screen.dismiss(2)
        await pilot.pause()
        assert app.screen is below
        assert results == [1]


async def test_dismissing_a_covered_screen_keeps_the_screen_above(folder):
    app, results = make_app(folder), []
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        screen, above = Screen(), Screen()
        await app.push_screen(screen, results.append)
        await app.push_screen(above)
        screen.dismiss(1)
        await pilot.pause()
        assert app.screen is above
        assert results == [1]
        above.dismiss()
        await pilot.pause()
        assert app.screen is app.main_screen


@pytest.mark.extended
@pytest.mark.parametrize("place", ["proposals", "members", "choose", "values"])
async def test_enter_twice_in_one_burst_confirms_once(tmp_path, place, monkeypatch):
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path / "exp"))
    make, go = PLACES["ticking" if place == "values" else place]
    app = make_app(make(tmp_path / "amore"))
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await go(pilot)
        burst(app, "enter", "enter", "escape", "enter", "enter")
        await pilot.pause()
        assert app.is_running


async def test_double_click_beside_a_dialog_closes_only_the_dialog(folder):
    app = make_app(folder)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("colon")
        for _ in range(3):
            click(app, 1, 1)
        await pilot.pause()
        assert app.is_running


async def test_three_fast_clicks_on_a_notification_do_not_crash(folder):
    app = make_app(folder)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        toast = await notification(pilot)
        x, y = toast.region.offset
        for _ in range(3):
            click(app, x + 2, y)
        await until(pilot, lambda: not app.screen.query(Toast))
        await pilot.pause()


@pytest.mark.parametrize("order", ["t", "c", "vertical_line"])
async def test_tick_and_enter_in_one_burst_apply_the_tick(folder, order):
    with database_of(folder).writing() as con:
        con.execute("INSERT INTO tags (name) VALUES ('day')")
        con.execute("INSERT INTO variable_tags SELECT 'ratio', max(id) FROM tags")
        save_values(con, [NewValue(key(400), "scan", "angle")], now=NOW)
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        table.move_to(key(411), "scan")
        await pilot.press(order)
        await until(pilot, lambda: isinstance(app.screen, ChecklistDialog) and app.focused)
        screen, taken = app.screen, []
        dismiss = screen.dismiss
        screen.dismiss = lambda result=None: (taken.append(result), dismiss(result))
        before = screen.result()
        burst(app, "space", "enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert taken[0] != before


async def test_late_text_of_a_cancelled_filter_prompt_is_dropped(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 36)) as pilot:
        await settle(pilot)
        main = app.main_screen
        await pilot.press("slash", "x")
        prompt = main.prompt_bar.prompt
        await pilot.press("escape")
        await until(pilot, lambda: not prompt.is_attached)
        for kind in (prompt.Changed, prompt.Submitted):
            main.prompt_bar.post_message(kind(prompt, "ratio > 0.99"))
        await pilot.pause()
        assert len(main.table.rows.keys) == len(main.table.rows.all_keys)
        assert app._exception is None


async def test_worker_result_for_a_closed_dialog_is_dropped(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 36)) as pilot:
        await settle(pilot)
        await pilot.press("r")
        await until(pilot, lambda: app.screen is not app.main_screen)
        box = app.screen
        await box.query("*").remove()
        app.pop_screen()
        box.post_message(box.FactsRead(box._facts, box._keys))
        await pilot.pause()
        assert app.screen is app.main_screen


async def test_new_value_for_a_viewer_that_is_closed_or_not_built_is_dropped(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 36)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(411), "xgm.trend")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        viewer = app.screen
        await viewer.query("*").remove()
        app.main_screen.views.refresh([viewer.address])
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)


async def test_dialog_closed_before_it_is_built_does_not_crash(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 36)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(411), "ratio")
        for _ in range(3):
            app.main_screen.edit_bar.delete_variable()
            await until(pilot, lambda: len(app.screen_stack) == 2)
            app.pop_screen()
            await pilot.pause()
        assert app.screen is app.main_screen


async def test_screen_that_fails_to_build_after_closing_does_not_crash(folder):
    class Slow(Screen):
        def on_mount(self):
            self.app.screen_stack[-2]

    app = make_app(folder)
    async with app.run_test(size=(130, 36)) as pilot:
        await settle(pilot)
        app.push_screen(Slow())
        app.pop_screen()
        await pilot.pause()
        assert app.screen is app.main_screen


async def test_worker_of_a_screen_closed_by_the_app_reports_nothing(folder):
    class Searching(Screen):
        @work
        async def search(self):
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            self.query_one(Input)

    app = make_app(folder)
    async with app.run_test(size=(130, 36)) as pilot:
        await settle(pilot)
        screen = Searching()
        await app.push_screen(screen)

        def start_and_close():
            started.append(screen.search())
            app.pop_screen()

        started = []
        app.call_later(start_and_close)
        await until(pilot, lambda: started and started[0].is_finished)
        assert app.screen is app.main_screen
        assert app._exception is None


async def test_app_that_ends_while_a_dialog_opens_ends_without_a_traceback(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.push_screen(VariableDialog("Y", [], ()))
    assert app._exception is None


async def test_click_at_a_widget_removed_since_the_last_layout_is_dropped(folder):
    app = make_app(folder)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        toast = await notification(pilot)
        x, y = toast.region.offset
        click(app, x + 2, y)
        toast.remove()
        for _ in range(20):
            click(app, x + 2, y)
            await asyncio.sleep(0)
        await pilot.pause()
    assert app._exception is None


async def test_click_in_a_list_that_is_filtered_meanwhile_chooses_what_was_clicked(folder):
    choices = [VariableChoice(name, name) for name in ("alpha", "beta", "gamma")]
    app, chosen = make_app(folder), []
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        dialog = VariableDialog("Y", choices, ())
        await app.push_screen(dialog, chosen.append)
        await pilot.pause()
        options = dialog.query_one(ChoiceList)
        options.highlighted = 2
        dialog.query_one(Input).value = "al"
        options.action_select()
        await pilot.pause()
    assert chosen == ["gamma"]


async def test_page_key_in_a_list_without_lines_does_nothing(folder):
    app = make_app(folder)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        options = OptionList("one", "two")
        options.styles.width = options.styles.height = 0
        await app.screen.mount(options)
        options.highlighted = 0
        options.focus()
        await pilot.press("pagedown")
    assert app._exception is None


async def test_click_at_an_option_that_is_gone_chooses_nothing(folder):
    app = make_app(folder)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        options = OptionList("one", "two")
        await app.screen.mount(options)
        assert OptionList.__module__ == OPTION_LIST
        before = options.highlighted
        style = Style.from_meta({"option": 7})
        options.post_message(
            events.Click(options, 1, 1, 0, 0, 1, False, False, False, 1, 1, style=style)
        )
        await pilot.pause()
        assert options.highlighted == before
    assert app._exception is None
