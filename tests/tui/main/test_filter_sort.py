"""Filters, sort orders and column choices by keys."""

from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from damnit_daemon.model import VariableInfo
from damnit_daemon.model.batch import ANY
from damnit_daemon.store import NewValue, change_tracker, rowid_blocks, update_computed_variables
from damnit_tui.dialogs.columns_dialog import ColumnsDialog
from damnit_tui.dialogs.range_filter import RangeFilterDialog
from damnit_tui.dialogs.tags_dialog import TagsDialog
from damnit_tui.dialogs.value_filter import ValueFilterDialog
from damnit_tui.widgets.checklist import Checklist
from damnit_tui.widgets.prompt import Prompt
from damnit_tui.widgets.prompt_hint import PromptHint
from damnit_tui.widgets.status import StatusLines

from ..conftest import VARIABLES, add_run, database_of, key, make_app, settle, until


def screen_text(app):
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def shown(app):
    return [key.run for key in app.main_screen.table.rows.keys]


def columns(app):
    return [column.name for column in app.main_screen.table.view.columns]


def status_text(app):
    return app.main_screen.query_one(StatusLines).render().plain


def hint(app):
    return app.main_screen.query_one(PromptHint).render().plain


def filter_of(app):
    present = app.main_screen.table.rows.arrangement.filter
    return present.text if present else ""


async def type_filter(pilot, text):
    await pilot.press("slash")
    pilot.app.main_screen.query_one(Input).value = text
    await pilot.pause(0.3)


@pytest.mark.extended
async def test_filter_that_no_number_can_match_is_marked(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"ratio > abc")
        await until(pilot, lambda: "'abc' is not a number, and Ratio has no texts." in hint(app))
        assert hint(app).index("^^^") == len(" Filter: ratio > ")
        await pilot.press("escape", "colon", *"alert ratio > abc", "enter")
        await until(pilot, lambda: "^^^ 'abc' is not a number" in hint(app))


@pytest.mark.extended
async def test_filter_applies_while_typing_and_escape_reverts_it(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"xgm.intensity>1000")
        await until(pilot, lambda: "2 of 18 runs" in status_text(app))
        assert shown(app) == [412, 411]
        await pilot.press("escape")
        await pilot.pause()
        assert len(shown(app)) == 18
        assert not app.main_screen.query(Prompt)
        await pilot.press("j")
        assert app.main_screen.table.cursor.key == key(411)


async def test_feed_loads_variables_of_filter_and_sort_first(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        screen = app.main_screen
        assert screen.feed.first_names == set()
        screen.runs.runs_query.set_filter("is:marked xgm.intensity>1000 or not has:ratio")
        await until(pilot, lambda: screen.feed.first_names == {"xgm.intensity", "ratio"})
        screen.runs.runs_query.set_sort("-run,ratio")
        screen.runs.runs_query.set_filter("dark")
        await until(pilot, lambda: screen.feed.first_names == {"ratio", ANY})
        screen.runs.runs_query.set_filter("time > 10:00 run > 3")
        screen.runs.runs_query.set_sort("proposal")
        await pilot.pause()
        assert screen.feed.first_names == set(), "those are there as soon as the runs are"


async def test_enter_keeps_the_filter_and_backslash_clears_it(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await type_filter(pilot, "is:error not has:scan")
        await pilot.press("enter")
        await until(pilot, lambda: shown(app) == [410, 405])
        assert "filter: is:error" in status_text(app)
        await pilot.press("backslash")
        await pilot.pause()
        assert len(shown(app)) == 18


async def test_filter_mistake_is_marked_and_the_last_valid_filter_stays(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await type_filter(pilot, "ratio > 0.99")
        await until(pilot, lambda: len(shown(app)) == 4)
        app.main_screen.query_one(Input).value = "ratio > 0.99 xmg = 5"
        await until(pilot, lambda: "There is no column 'xmg'" in hint(app))
        assert hint(app).index("^^^") == len(" Filter: ratio > 0.99 ")
        assert len(shown(app)) == 4
        await pilot.press("enter")
        await pilot.pause()
        assert app.main_screen.query(Prompt)
        assert len(shown(app)) == 4


async def test_tab_in_the_filter_prompt_completes_columns_and_values(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        typed = lambda: app.main_screen.query_one(Input).value  # noqa: E731
        await pilot.press("slash", *"xg")
        await until(pilot, lambda: "xgm.trend" in hint(app))
        await pilot.press("tab")
        first = typed()
        await pilot.press("tab")
        assert typed() != first
        await pilot.press("shift+tab")
        assert typed() == first
        assert first in ("xgm.intensity", "xgm.trend", "xgm.unit")
        app.main_screen.query_one(Input).value = "comment = f"
        await pilot.press("end", "tab")
        assert typed() == 'comment = "first light"'
        await until(pilot, lambda: shown(app) == [411])


@pytest.mark.extended
async def test_filter_history_is_recalled_by_arrow_keys(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        for text in ("light", "is:error"):
            await type_filter(pilot, text)
            await pilot.press("enter")
        await pilot.press("backslash", "slash", "up")
        typed = app.main_screen.query_one(Input)
        assert typed.value == "is:error"
        await pilot.press("up")
        assert typed.value == "light"
        await pilot.press("up", "down", "down")
        assert typed.value == ""


async def test_filter_on_part_of_a_column_name_keeps_all_runs(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await type_filter(pilot, "xgm.inten")
        assert len(shown(app)) == 18
        app.main_screen.query_one(Input).value = "nothing like that"
        await until(pilot, lambda: shown(app) == [])


@pytest.mark.extended
async def test_asterisk_filters_by_the_value_under_the_cursor(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(411), "comment")
        await pilot.press("asterisk")
        assert filter_of(app) == 'comment = "first light"'
        assert shown(app) == [411]
        app.main_screen.table.move_to(key(411), "ratio")
        await pilot.press("asterisk")
        assert filter_of(app) == 'comment = "first light" ratio = 0.9976'
        assert shown(app) == [411]
        app.main_screen.table.move_to(key(411), "agipd.preview")
        await pilot.press("asterisk")
        assert "This cell has no number or text" in next(iter(app._notifications)).message


@pytest.mark.extended
async def test_value_filter_dialog_filters_by_ticked_values(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(412), "comment")
        await pilot.press("vertical_line")
        await until(pilot, lambda: isinstance(app.screen, ValueFilterDialog))
        await pilot.press("slash", *"first", "enter", "space", "slash", "escape")
        ticks = app.screen.query_one(Checklist)
        assert len(ticks.found) > 1
        await pilot.press("G", "space", "enter")
        await pilot.pause()
        assert filter_of(app) == '(comment = "first light" or not has:comment)'
        assert 411 in shown(app)
        # The same column again takes the place of what was asked of it before.
        await pilot.press("vertical_line")
        await until(pilot, lambda: isinstance(app.screen, ValueFilterDialog))
        await pilot.press("a", "enter")
        await pilot.pause()
        assert filter_of(app) == ""


@pytest.mark.extended
async def test_value_filter_dialog_of_a_boolean_column_lists_yes_and_no(folder):
    for run, flag in ((413, 1), (414, 0), (415, 1)):
        attributes = {"value_type": "boolean"}
        add_run(folder, run, NewValue(key(run), "flag", flag, attributes=attributes))
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(415), "flag")
        await pilot.press("vertical_line")
        await until(pilot, lambda: isinstance(app.screen, ValueFilterDialog))
        assert [entry.text for entry in app.screen.entries()] == ["no", "yes", "(empty)"]
        await pilot.press("down", "space", "enter")
        await until(pilot, lambda: filter_of(app) == "flag = yes")
        assert shown(app) == [415, 413]


async def test_range_filter_dialog_of_the_time_column_filters_by_times(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(412), "start_time")
        await pilot.press("vertical_line")
        await until(pilot, lambda: isinstance(app.screen, RangeFilterDialog))
        assert filter_of(app) == ""
        await pilot.press(*"noon", "enter")
        await pilot.pause()
        mistake = app.screen.query_one("#mistake", Static)
        assert "'noon' is not a time such as 10:00" in str(mistake.render())
        app.screen.query_one("#low", Input).value = "2026-03-14 11:05"
        app.screen.query_one("#high", Input).value = "2026-03-14 11:35"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        ends = 'start_time >= "2026-03-14 11:05" start_time <= "2026-03-14 11:35"'
        assert filter_of(app) == ends
        assert shown(app) == [411, 410, 409, 408]


@pytest.mark.extended
async def test_range_filter_dialog_opens_for_a_column_of_many_numbers(folder):
    for run in range(300, 330):
        add_run(folder, run)
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(412), "ratio")
        await pilot.press("vertical_line")
        await until(pilot, lambda: isinstance(app.screen, RangeFilterDialog))
        await pilot.press(*"0.9x", "enter")
        await pilot.pause()
        assert isinstance(app.screen, RangeFilterDialog)
        await pilot.press("backspace", "down", *"0.99", "enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert filter_of(app) == "ratio >= 0.9 ratio <= 0.99"
        assert all(0.9 <= run / 412 <= 0.99 for run in shown(app) if run != 408)
        await pilot.press("vertical_line")
        await until(pilot, lambda: isinstance(app.screen, RangeFilterDialog))
        await pilot.press("escape")
        await pilot.pause()
        assert filter_of(app) == "ratio >= 0.9 ratio <= 0.99"
        await pilot.press("vertical_line")
        await until(pilot, lambda: isinstance(app.screen, RangeFilterDialog))
        await pilot.press(*"0.95", "up", "space", "enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert filter_of(app) == "(ratio >= 0.95 or not has:ratio)"


async def test_s_sorts_ascending_then_descending_then_not(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(412), "xgm.intensity")
        await pilot.press("s")
        assert shown(app)[0] == 395
        assert shown(app)[-1] == 410  # empty
        assert "↑ XGM/Intensity" in status_text(app)
        await pilot.press("s")
        assert shown(app)[0] == 412
        assert shown(app)[-1] == 410
        await pilot.press("s")
        assert shown(app) == sorted(shown(app), reverse=True)
        await pilot.press("minus")
        assert shown(app)[-1] == 410
        assert shown(app)[0] == 412


@pytest.mark.extended
@pytest.mark.parametrize("press", ["s", "minus", "ctrl+s"])
async def test_column_of_images_is_not_sorted_by(folder, press):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(412), "agipd.preview")
        await pilot.press(press)
        await pilot.pause()
        (note,) = app._notifications
        assert note.message == "AGIPD/Preview has no numbers or texts to sort by."
        assert not app.main_screen.table.rows.arrangement.sort
        await pilot.press("colon", *"sort ratio,-agipd.preview", "enter")
        await until(pilot, lambda: "^" * len("-agipd.preview") in hint(app))
        assert "has no numbers or texts" in hint(app)


async def test_ctrl_s_adds_a_second_sort_column(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(412), "agipd.hits")
        await pilot.press("s")
        app.main_screen.table.move_to(key(412), "ratio")
        await pilot.press("ctrl+s")
        sort = app.main_screen.table.rows.arrangement.sort
        assert [str(one) for one in sort] == ["agipd.hits", "ratio"]
        assert shown(app)[:3] == [395, 400, 405]
        await pilot.press("ctrl+s")
        assert shown(app)[:3] == [405, 400, 395]
        await pilot.press("ctrl+s")
        assert [str(one) for one in app.main_screen.table.rows.arrangement.sort] == ["agipd.hits"]


@pytest.mark.extended
async def test_filter_by_marked_runs_follows_the_marks(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await type_filter(pilot, "is:marked")
        await pilot.press("enter")
        assert shown(app) == []
        await pilot.press("backslash", "g", "space", "space")
        await type_filter(pilot, "is:marked")
        await pilot.press("enter")
        await until(pilot, lambda: shown(app) == [412, 411])
        await pilot.press("space")
        await until(pilot, lambda: len(shown(app)) == 1)


@pytest.mark.extended
async def test_new_run_is_filtered_and_sorted(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await type_filter(pilot, "ratio > 0.99")
        await pilot.press("enter")
        app.main_screen.table.move_to(name="ratio")
        await pilot.press("s")
        assert shown(app)[-1] == 412
        add_run(folder, 413)
        await until(pilot, lambda: shown(app)[-1] == 413)


@pytest.mark.extended
async def test_filter_by_tag_includes_a_variable_added_later(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        with database_of(folder).writing() as con:
            tagged = [VARIABLES[0]._replace(tags=("beam",))]
            update_computed_variables(con, tagged)
        await until(pilot, lambda: any(c.tags for c in app.main_screen.table.rows.columns))
        await type_filter(pilot, "tag:beam")
        await pilot.press("enter")
        assert len(shown(app)) == 17
        with database_of(folder).writing() as con:
            both = [VARIABLES[n]._replace(tags=("beam",)) for n in (0, 4)]
            update_computed_variables(con, both)
        await pilot.pause()
        await until(
            pilot, lambda: len([c for c in app.main_screen.table.rows.columns if c.tags]) == 2
        )


@pytest.mark.extended
async def test_columns_dialog_hides_moves_and_pins_columns(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        before = columns(app)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog))
        await pilot.press("slash", *"trend", "enter", "p", "escape", "g", "j", "j", "space", "K")
        assert "9 of 10 shown, 1 pinned" in app.screen.summary()
        await pilot.press("enter")
        await pilot.pause()
        assert columns(app)[0] == "xgm.trend"
        assert len(columns(app)) == 9
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog))
        await pilot.press("slash", *"trend", "enter", "p", "escape", "a", "o", "w", "enter")
        await pilot.pause()
        assert columns(app) == before
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog))
        await pilot.press("n", "escape")
        await pilot.pause()
        assert columns(app) == before


@pytest.mark.extended
async def test_columns_dialog_moves_a_column_while_searching(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog))
        await pilot.press("slash", *"agipd", "down", "J", "enter")
        await pilot.pause()
        found = columns(app)
        assert found.index("agipd.preview") < found.index("agipd.hits")


@pytest.mark.extended
async def test_tags_dialog_shows_only_columns_with_a_tag(folder):
    with database_of(folder).writing() as con:
        tagged = [v._replace(tags=("beam",)) if v.name.startswith("xgm") else v for v in VARIABLES]
        update_computed_variables(con, tagged)
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagsDialog))
        assert [entry.note for entry in app.screen.entries()] == ["3 variables", "7 variables"]
        await pilot.press("space", "enter")
        await pilot.pause()
        assert columns(app) == ["start_time", "comment", "xgm.intensity", "xgm.unit", "xgm.trend"]
        assert "5 columns hidden: t n ⏎ shows all" in screen_text(app)
        with database_of(folder).writing() as con:
            more = VariableInfo("later", "Later", tags=("beam",))
            update_computed_variables(con, [*tagged, more, VariableInfo("other", "Other")])
        await until(pilot, lambda: "later" in columns(app))
        assert "other" not in columns(app)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, TagsDialog))
        await pilot.press("n", "enter")
        await pilot.pause()
        assert "other" in columns(app)
        assert "shows all" not in screen_text(app)


@pytest.mark.extended
@pytest.mark.parametrize("size", [(80, 24), (130, 34)])
async def test_hidden_columns_are_mentioned_on_the_screen(folder, size):
    app = make_app(folder)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog))
        await pilot.press("n", "enter")
        await until(pilot, lambda: "columns hidden: c a ⏎ shows all" in screen_text(app))
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog))
        await pilot.press("a", "enter")
        await until(pilot, lambda: "shows all" not in screen_text(app))


@pytest.mark.extended
@pytest.mark.parametrize("size", [(130, 34), (80, 24)])
async def test_columns_dialog_toggles_three_thousand_columns_at_once(folder, size):
    with database_of(folder).writing() as con:
        many = [VariableInfo(f"v{n}", f"Many/V {n}", tags=(f"t{n % 9}",)) for n in range(3000)]
        update_computed_variables(con, [*VARIABLES, *many])
    app = make_app(folder)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ColumnsDialog))
        await pilot.press("slash", *"v 29", "enter", "n", "escape", "G", "J", "K", "enter")
        await pilot.pause()
        assert len(columns(app)) == 10 + sum("29" not in str(n) for n in range(3000))


async def test_status_reports_filter_values_that_are_still_loading(folder, monkeypatch):
    monkeypatch.setattr(rowid_blocks, "BLOCK_BITS", 3)
    monkeypatch.setattr(change_tracker, "PORTION", 1)
    monkeypatch.setattr(change_tracker, "MOST_AT_ONCE", 1)
    app = make_app(folder)
    said_on_the_way = []
    async with app.run_test(size=(130, 34)) as pilot:
        screen = app.main_screen
        screen.runs.runs_query.want("dark", "-ratio")

        def note(status):
            if status.filter:
                said_on_the_way.append(status_text(app))

        screen.watch(screen.query_one(StatusLines), "status", note, init=False)
        await settle(pilot)
        assert "reading… · " in said_on_the_way[0], "before what may be cut off"
        assert "reading…" not in status_text(app)
