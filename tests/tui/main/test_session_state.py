"""The session state that survives a dropped connection."""

from __future__ import annotations

import json

import pytest

from damnit_daemon.store import NewValue, load_setting
from damnit_tui.plot.screen import PlotScreen
from damnit_tui.plot.state import PlotState
from damnit_tui.state.cli_overrides import CliOverrides
from damnit_tui.state.storage import state_directory, write_json
from damnit_tui.state.view_state import ViewState
from damnit_tui.table.foot import DEFAULT_STATISTICS

from ..conftest import add_run, database_of, key, make_app, settle, until
from .test_command_line import command, view


def state_file(folder):
    with database_of(folder).reading() as con:
        return state_directory() / "folders" / f"{load_setting(con, 'db_id')}.json"


async def leave_something(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await command(pilot, "filter ratio > 0.98")
        await command(pilot, "sort -ratio,run")
        await command(pilot, "columns ratio,comment")
        app.main_screen.table.move_to(key(411), "comment")
        await pilot.press("space")
        app.main_screen.table.move_to(key(410), "comment")
        app.main_screen.session.edits.drafts[(key(410), "comment")] = "half a sen"
    return app


@pytest.mark.extended
async def test_session_state_is_restored_at_the_next_start(folder):
    await leave_something(folder)
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        main = app.main_screen
        assert view(app) == ([412, 411, 410, 409, 407, 406, 405, 404], ["ratio", "comment"])
        assert main.table.marked == {key(411)}
        assert main.table.cursor == (key(410), "comment")
        assert main.session.edits.drafts == {(key(410), "comment"): "half a sen"}
        assert main.command_line.history[-1] == "columns ratio,comment"


@pytest.mark.extended
async def test_row_height_is_restored_and_stored_in_views(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("H")
        await command(pilot, "view save tall")
        await until(pilot, lambda: "tall" in app.main_screen.saved_views.names)
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        assert table.view.row_height == 3
        await pilot.press("H", "H")
        assert table.view.row_height == 1
        await command(pilot, "view open tall")
        await until(pilot, lambda: table.view.row_height == 3)


@pytest.mark.extended
async def test_settings_made_by_keys_are_restored(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(412), "ratio")
        await pilot.press("T", "X", "M", "v", "e")
        app.main_screen.table.move_to(key(412), "comment")
        await pilot.press("e", "h", "i", "escape", "p")
        await until(pilot, lambda: isinstance(app.screen, PlotScreen) and app.screen.is_settled)
        await pilot.press("m", "Y", "escape")
        await until(pilot, lambda: app.screen is app.main_screen)
        left = app.main_screen.views.plot_as_json()
    assert (left["form"], left["log_y"]) == ("line", True)
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        main = app.main_screen
        assert main.table.view.trends
        assert main.table.renderer.outliers
        assert main.table.view.foot.names == DEFAULT_STATISTICS
        assert main.preview.is_open
        assert main.views.plot_as_json() == left
        assert main.edit_bar.histories == {"comment": ("hi",)}


@pytest.mark.parametrize(
    "broken", [{}, {"y": []}, {"y": [1]}, {"form": "pie"}, {"bins": "9"}, {"x": None}]
)
def test_invalid_saved_plot_is_ignored(broken):
    assert PlotState.from_json(PlotState(("a",)).as_json()) == PlotState(("a",))
    assert PlotState.from_json(PlotState(("a",)).as_json() | broken if broken else {}) is None


@pytest.mark.extended
async def test_follow_mode_is_restored(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("F")
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        assert app.main_screen.table.follow
        assert app.main_screen.status.follow


@pytest.mark.extended
async def test_session_state_is_written_while_the_app_runs(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await command(pilot, "filter ratio > 0.98")
        await until(pilot, lambda: state_file(folder).exists())
        await until(
            pilot,
            lambda: json.loads(state_file(folder).read_text())["view"]["filter"] == "ratio > 0.98",
        )


@pytest.mark.extended
async def test_command_line_options_override_the_session_state(folder):
    await leave_something(folder)
    app = make_app(folder)
    app.main_screen.session_state.overrides = CliOverrides(filter="run = 400", columns="scan")
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        assert view(app) == ([400], ["scan"])
        assert [str(one) for one in app.main_screen.table.rows.arrangement.sort] == [
            "-ratio",
            "run",
        ]
    app = make_app(folder)
    app.main_screen.session_state.overrides = CliOverrides(
        ViewState(sort="run"), filter="run < 398"
    )
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        assert view(app)[0] == [395, 396, 397]
        assert len(view(app)[1]) == 10


async def test_command_line_options_wait_for_a_variable_without_definition(folder):
    for run in (395, 400):
        add_run(folder, run, NewValue(key(run), "handed_in", run, provenance="notebook"))
    app = make_app(folder)
    app.main_screen.session_state.overrides = CliOverrides(
        filter="handed_in > 396", sort="handed_in", columns="handed_in"
    )
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: view(app) == ([400], ["handed_in"]))
        assert not app._notifications


async def test_invalid_session_state_is_reported_and_ignored(folder):
    kept = {
        "version": 1,
        "view": {
            "filter": "gone > 5",
            "sort": "gone",
            "columns": {"hidden": ["gone", "scan"], "order": ["gone", 5], "widths": {"ratio": "x"}},
            "tags": "no list",
        },
        "marks": ["1234/411", "1234/9999", "x"],
        "cursor": {"run": "1234/9999", "column": "gone"},
        "drafts": {"no": "list"},
    }
    write_json(state_file(folder), kept)
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        assert len(view(app)[0]) == 18
        assert "scan" not in view(app)[1]
        assert app.main_screen.table.marked == {key(411)}
        told = " ".join(n.message for n in app._notifications)
        assert "There is no column 'gone'" in told


async def test_unwritable_state_directory_is_reported_once(folder):
    state_directory().parent.mkdir(parents=True)
    state_directory().write_text("no directory")
    app = make_app(folder)
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        await pilot.press("j")
        await until(
            pilot, lambda: any("view will not be restored" in n.message for n in app._notifications)
        )


async def test_invalid_settings_are_reported_once(folder):
    app = make_app(folder)
    app.main_screen.session_state.problems = ("settings.toml: unknown setting 'x\x1b'",)
    app.main_screen.session_state.theme = "no such theme"
    async with app.run_test(size=(130, 34)) as pilot:
        await settle(pilot)
        (told,) = [n for n in app._notifications if n.title == "Settings"]
        assert "unknown setting" in told.message
        assert "Unknown theme" in told.message
        assert "\x1b" not in told.message
