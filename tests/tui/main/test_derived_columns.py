"""Derived columns in the app: defined with a preview, live, filtered, undone, shared, explained."""

import pytest

from damnit_daemon.derived import Definition, load_shared, save_shared
from damnit_daemon.query import FilterError
from damnit_daemon.store import NewValue, save_values
from damnit_tui.main.saved_views import SavedViews

from ..conftest import NOW, add_run, database_of, key, make_app, settle, until
from .test_cell_edit import notifications, replace, screen_text, table_of, type_in, written

RATE = "agipd.hits / xgm.intensity as rate [1/µJ]"
ENERGY = Definition("energy", "xgm.intensity * 2", "µJ")


async def derive(pilot, text):
    """Type a definition in place of what the prompt has, and accept it."""
    await pilot.press("equals_sign")
    await replace(pilot, text)
    await pilot.press("enter")
    await pilot.pause()


def cell(pilot, run, name="rate"):
    value = table_of(pilot).rows.value(key(run), name)
    return value and (value.value if value.value is not None else value.failure.message)


def shown(pilot):
    return [each.run for each in table_of(pilot).rows.keys]


def derived(pilot):
    return pilot.app.main_screen.runs.derived


async def test_a_column_is_defined_with_a_preview_and_its_mistakes_are_marked(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("equals_sign")
        await type_in(pilot, "hitz * 2")
        await until(pilot, lambda: "^^^^ There is no column 'hitz'. Did you" in screen_text(app))
        await pilot.press("enter")
        assert app.main_screen.prompt_bar.prompt is not None
        await replace(pilot, "agipd.hits / xgm.intensity")
        await until(pilot, lambda: "run 412: 1.2261" in screen_text(app))
        await type_in(pilot, " as rate [1/uJ]")
        await pilot.press("enter")
        await until(pilot, lambda: table_of(pilot).cursor.name == "rate")
        assert cell(pilot, 412) == pytest.approx(1266 / 1032.525)
        assert cell(pilot, 410) is None
        await until(pilot, lambda: "=rate [1/uJ]" in screen_text(app))
        table_of(pilot).move_to(key(410))
        empty = "r410 · rate  empty: agipd.hits and xgm.intensity have no value"
        await until(pilot, lambda: empty in screen_text(app))
        await pilot.press("u")
        await until(pilot, lambda: table_of(pilot).rows.column_index("rate") is None)
        await pilot.press("U")
        await until(pilot, lambda: "=rate [1/uJ]" in screen_text(app))


async def test_values_that_arrive_are_derived_filtered_and_sorted(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await derive(pilot, "1000 / `XGM/Intensity` as inverse")
        await derive(pilot, "round(inverse, 2) as short")
        app.main_screen.command_line.run("sort -short,-run")
        app.main_screen.command_line.run("filter short > 1.1")
        before = shown(pilot)
        assert before[:2] == [395, 396]
        assert 410 not in before
        with database_of(folder).writing() as con:
            save_values(con, [NewValue(key(410), "xgm.intensity", 100.0)], now=NOW + 1)
        await until(pilot, lambda: shown(pilot) == [410, *before])
        with database_of(folder).writing() as con:
            save_values(con, [NewValue(key(410), "xgm.intensity", 0.0)], now=NOW + 2)
        await until(pilot, lambda: shown(pilot) == before)
        division = "division by zero (XGM/Intensity = 0)"
        assert cell(pilot, 410, "inverse") == division
        assert cell(pilot, 410, "short") is None
        add_run(folder, 413, NewValue(key(413), "xgm.intensity", 50.0), now=NOW + 3)
        await until(pilot, lambda: shown(pilot) == [413, *before])
        app.main_screen.command_line.run("filter is:error inverse != 7 or has:inverse is:error")
        app.main_screen.command_line.run("statistics max")
        await until(pilot, lambda: "20" in screen_text(app))


@pytest.mark.extended
async def test_a_renamed_column_keeps_its_place_and_a_deleted_one_clears_its_filter(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await derive(pilot, RATE)
        await derive(pilot, "rate * 100 as percent")
        app.main_screen.command_line.run("columns ratio,rate,percent")
        table_of(pilot).move_to(name="rate")
        await derive(pilot, "agipd.hits / xgm.intensity as hit rate")
        names = [column.name for column in table_of(pilot).view.columns]
        assert names == ["ratio", "hit rate", "percent"]
        assert cell(pilot, 412, "percent") == pytest.approx(126600 / 1032.525)
        assert derived(pilot).own[1].expression == "`hit rate` * 100"
        app.main_screen.command_line.run("filter percent > 130")
        table_of(pilot).move_to(name="percent")
        await pilot.press("delete")
        await until(pilot, lambda: "Filter cleared: percent > 130" in notifications(app))
        assert len(shown(pilot)) == 18
        await pilot.press("u", "u", "u")
        await until(pilot, lambda: [d.name for d in derived(pilot).own] == ["rate"])
        with pytest.raises(FilterError, match="would depend on itself"):
            app.main_screen.command_line.run("derive rate + 1 as rate")


@pytest.mark.extended
async def test_an_edit_of_a_cell_is_undone_before_an_older_derived_column(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await derive(pilot, "run * 2 as twice")
        await pilot.press("e")
        await until(
            pilot, lambda: any("derived from other columns" in t for t in notifications(app))
        )
        table_of(pilot).move_to(key(412), "sample")
        await pilot.press("e")
        await type_in(pilot, "Si")
        await pilot.press("enter")
        await written(pilot)
        await until(pilot, lambda: cell(pilot, 412, "sample") == "Si")
        await pilot.press("u")
        await until(pilot, lambda: table_of(pilot).rows.scalar(key(412), "sample") is None)
        assert cell(pilot, 412, "twice") == 824
        table_of(pilot).move_to(name="twice")
        await pilot.press("W")
        await until(pilot, lambda: any("no history of its own" in t for t in notifications(app)))
        await pilot.press("u")
        await until(pilot, lambda: cell(pilot, 412, "twice") is None)
        await pilot.press("U")
        await until(pilot, lambda: cell(pilot, 412, "twice") == 824)
        await pilot.press("U")
        await until(pilot, lambda: cell(pilot, 412, "sample") == "Si")


async def test_a_column_is_shared_with_other_apps_and_not_overwritten(folder):
    first, second = make_app(folder), make_app(folder)
    async with second.run_test(size=(120, 30)) as there:
        await settle(there)
        async with first.run_test(size=(120, 30)) as here:
            await settle(here)
            await derive(here, RATE)
            first.main_screen.command_line.run("derive share rate")
            await until(here, lambda: [d.name for d in load_shared(folder)] == ["rate"])
            assert derived(here).own == ()
        await until(there, lambda: cell(there, 412) == pytest.approx(1266 / 1032.525))
        assert derived(there).own == ()
        save_shared(folder, [ENERGY])  # by another user, in this instant
        derived(there).run_command("delete rate")
        await until(there, lambda: derived(there).shared == (ENERGY,))
        assert load_shared(folder) == (ENERGY,)
        save_shared(folder, [])
        await until(there, lambda: table_of(there).rows.column_index("energy") is None)


async def test_a_column_that_cannot_be_shared_stays_the_users_own(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await derive(pilot, RATE)
        folder.derived_columns.write_text("not JSON")
        app.main_screen.command_line.run("derive share rate")
        await until(pilot, lambda: any("not valid JSON" in text for text in notifications(app)))
        await until(pilot, lambda: [each.name for each in derived(pilot).own] == ["rate"])
        assert cell(pilot, 412) == pytest.approx(1266 / 1032.525)


@pytest.mark.extended
async def test_shared_columns_cannot_be_changed_in_a_read_only_session(folder):
    save_shared(folder, [ENERGY])
    app = make_app(folder, read_only=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(name="energy")
        await pilot.press("delete")
        await until(pilot, lambda: any("read-only" in text.lower() for text in notifications(app)))
        assert cell(pilot, 412, "energy") == 2065.05
        await derive(pilot, "run as energy")
        assert app.main_screen.prompt_bar.prompt is not None


async def test_columns_are_restored_with_the_view_and_its_filter(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await derive(pilot, "run % 2 == 0 as even")
        app.main_screen.command_line.run("filter even = yes")
        SavedViews(app.main_screen.runs).run_command("save mine")
        await until(pilot, lambda: any("View saved" in text for text in notifications(app)))
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: len(shown(pilot)) == 9)
        await until(pilot, lambda: "yes" in screen_text(app))
        derived(pilot).show_own(())  # as another view does
        await until(pilot, lambda: "Filter cleared: even = yes" in notifications(app))
        await pilot.press("u")
        await until(pilot, lambda: cell(pilot, 412, "even") == 1)
        derived(pilot).show_own(())
        app.main_screen.saved_views.load_names()
        await until(pilot, lambda: "mine" in app.main_screen.saved_views.names)
        app.main_screen.command_line.run("view open mine")
        await until(pilot, lambda: cell(pilot, 412, "even") == 1)


@pytest.mark.extended
async def test_an_empty_derived_cell_is_explained_by_its_inputs(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await derive(pilot, "xgm.intensity / (run - 411) as odd")
        table_of(pilot).move_to(key(410), "odd")
        await pilot.press("w")
        await until(pilot, lambda: "no source 'SA2_XTD1_XGM/XGM/DOOCS'" in screen_text(app))
        await until(pilot, lambda: "xgm.intensity has no value" in screen_text(app))
        await pilot.press("escape")
        table_of(pilot).move_to(key(411), "odd")
        await pilot.press("enter")
        await until(pilot, lambda: "Cannot be derived" in screen_text(app))
        assert "Division by zero (xgm.intensity = 1019.8000, run = 411)." in screen_text(app)
        assert "Change the expression" in screen_text(app)
        await pilot.press("equals_sign")
        await until(pilot, lambda: app.main_screen.prompt_bar.prompt is not None)
        assert app.main_screen.prompt_bar.prompt.text == "xgm.intensity / (run - 411) as odd"


@pytest.mark.extended
async def test_a_variable_of_the_same_name_takes_the_place_of_a_derived_column(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await derive(pilot, "run + 1 as next")
        with database_of(folder).writing() as con:
            save_values(con, [NewValue(key(412), "next", 7)], now=NOW + 1)
        await until(pilot, lambda: cell(pilot, 412, "next") == 7)
        await until(pilot, lambda: cell(pilot, 411, "next") is None)


@pytest.mark.extended
async def test_derived_columns_are_copied_and_offered_for_completion(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await derive(pilot, "run * 2 as twice")
        app.main_screen.command_line.run("columns twice")
        await pilot.press("Y")
        await until(pilot, lambda: "| 824 |" in app.clipboard)
        found = app.main_screen.command_line.complete("derive 3 * tw", 13)
        assert (found.start, found.options) == (11, ("twice",))
        found = app.main_screen.command_line.complete("derive delete ", 14)
        assert found.options == ("twice",)
