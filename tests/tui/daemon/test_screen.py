"""The daemon screen, with a real supervisord and a real daemon."""

from __future__ import annotations

import time

import pytest
from textual.widgets import DataTable, Input

from damnit_daemon.ledger import Executor, JobState, Placement, set_state
from damnit_daemon.store import load_settings
from damnit_daemon.supervise import observe, stop
from damnit_tui.daemon.screen import DaemonScreen
from damnit_tui.dialogs.confirm import ConfirmDialog
from damnit_tui.log.screen import LogScreen

from ..conftest import NOW, database_of, make_app, settle, until
from ..daemon_at_work import begin, end, ledger_of, queue
from ..jobs.test_screen import answer


@pytest.fixture
def stopped(folder, tmp_path, monkeypatch):
    """No daemon outlives a test; the proposal's files are where the daemon looks for them."""
    (tmp_path / "MID" / "202601" / "p001234" / "raw").mkdir(parents=True)
    monkeypatch.setenv("EXTRA_DATA_DATA_ROOT", str(tmp_path))
    yield
    stop(folder)


def facts(app):
    grid = app.screen.query_one("#daemon-facts").content
    labels, texts = (list(column.cells) for column in grid.columns)
    return {str(label): str(text) for label, text in zip(labels, texts, strict=True)}


def notification_text(app):
    return "\n".join(note.message for note in app._notifications)


def settings_of(folder):
    with database_of(folder).reading() as con:
        return load_settings(con)


async def open_screen(pilot):
    await settle(pilot)
    await pilot.press("D")
    await until(pilot, lambda: isinstance(pilot.app.screen, DaemonScreen))
    await until(pilot, lambda: pilot.app.screen.query_one(DataTable).row_count > 0)


async def choose(pilot, setting):
    table = pilot.app.screen.query_one(DataTable)
    table.move_cursor(row=table.get_row_index(setting))
    await pilot.pause()


@pytest.mark.timeout(300)
async def test_daemon_screen_starts_shows_and_stops_the_daemon(folder, stopped):
    app = make_app(folder)
    app.main_screen.session.clock = time.time  # the daemon's
    async with app.run_test(size=(120, 34)) as pilot:
        await open_screen(pilot)
        assert facts(app)["Daemon"] == "○ stopped"
        await pilot.press("s")
        await until(pilot, lambda: "The daemon is running: process" in notification_text(app))
        await until(pilot, lambda: facts(app)["Daemon"] == "● running")
        first = facts(app)["Process"]
        assert "http://" in facts(app)["Supervisor"]
        await pilot.press("s")
        await until(pilot, lambda: "already running" in notification_text(app))
        await pilot.press("L")
        await until(pilot, lambda: isinstance(app.screen, LogScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, DaemonScreen))
        await answer(pilot, "R", "y")
        await until(pilot, lambda: facts(app).get("Process", first) != first)
        await until(pilot, lambda: not app.screen._busy)
        await answer(pilot, "T", "n")
        assert facts(app)["Daemon"] == "● running"
        await answer(pilot, "T", "y")
        await until(pilot, lambda: "Stopped:" in notification_text(app))
        await until(pilot, lambda: facts(app)["Daemon"] == "○ stopped")
        assert observe(folder).supervisord is None


@pytest.mark.extended
async def test_daemon_screen_validates_changes_and_resets_a_setting(folder, stopped):
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        await open_screen(pilot)
        await choose(pilot, "slurm_time")
        await pilot.press("e", *"soon", "enter")
        await until(pilot, lambda: "a time limit for Slurm" in notification_text(app))
        assert "slurm_time" not in settings_of(folder)
        await pilot.press("enter", *"04:00:00", "enter")
        await until(pilot, lambda: settings_of(folder).get("slurm_time") == "04:00:00")
        await until(pilot, lambda: "slurm_time set to 04:00:00." in notification_text(app))
        assert "restart" not in notification_text(app)
        await choose(pilot, "slurm_time")
        await pilot.press("e")
        app.screen.query_one(Input).value = ""
        await pilot.press("enter")
        await until(pilot, lambda: "slurm_time" not in settings_of(folder))
        await until(pilot, lambda: "slurm_time reset to its default." in notification_text(app))
        await pilot.press("e", "escape")
        assert isinstance(app.screen, DaemonScreen)
        await pilot.press("q")
        await until(pilot, lambda: app.screen is app.main_screen)


async def test_stop_dialog_of_the_daemon_screen_counts_the_jobs(folder, stopped):
    with ledger_of(folder) as con:
        begin(con, queue(con, 412), "ratio", computing="ratio")
        queue(con, 411)
        queue(con, 410)
        in_slurm = queue(con, 409)
        set_state(
            con,
            in_slurm,
            JobState.SUBMITTED,
            now=NOW,
            placement=Placement(Executor.SLURM, slurm_id="7"),
        )
        end(con, begin(con, queue(con, 408)))
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        await open_screen(pilot)
        await until(pilot, lambda: len(app.screen._facts.jobs) == 4)
        await pilot.press("T")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        told = str(app.screen.query_one("Static").content)
        assert "4 jobs: 1 running here" in told
        assert "2 queued" in told
        assert "1 in Slurm" in told


async def test_daemon_screen_changes_nothing_with_read_only(folder, stopped):
    app = make_app(folder, read_only=True)
    async with app.run_test(size=(120, 34)) as pilot:
        await open_screen(pilot)
        for pressed in "sTRe":
            await pilot.press(pressed)
        await until(pilot, lambda: notification_text(app).count("--read-only") == 4)
        assert observe(folder).supervisord is None


@pytest.mark.extended
async def test_daemon_screen_reports_an_unreadable_database(folder, stopped):
    app = make_app(folder)
    async with app.run_test(size=(120, 34)) as pilot:
        await open_screen(pilot)
        folder.database.rename(folder.path / "elsewhere")
        await until(pilot, lambda: "runs.sqlite" in facts(app).get("Problem", ""))
