"""The daemon's ledger on the main screen."""

import pytest

from damnit_daemon.ledger import JobState, Ledger, release
from damnit_tui.diagnosis.dialog import DiagnosisScreen
from damnit_tui.widgets.cell_bar import CellBar
from damnit_tui.widgets.empty_state import EmptyState
from damnit_tui.widgets.status import StatusLines

from ..conftest import NOW, add_run, key, make_app, settle, until
from ..daemon_at_work import HALF, HOST, begin, end, ledger_of, queue, take_lease
from .test_screen import table_text, text_of


def make_busy(folder):
    """Run 412 is at `scan`, 411 waits; 413 has arrived, and nothing of it is stored."""
    with ledger_of(folder) as con:
        take_lease(con)
        begin(con, queue(con, 413), "scan", "ratio", computing="scan", now=NOW - 32, advance=HALF)
        queue(con, 411)
        queue(con, 410, "proc")


def line_of(app, run):
    return next(line for line in table_text(app).splitlines() if line.lstrip().startswith(str(run)))


async def test_running_and_queued_jobs_are_shown_in_status_and_table(folder):
    make_busy(folder)
    app = make_app(folder)
    async with app.run_test(size=(160, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: f"● daemon {HOST}  1 running · 2 queued" in first_line(app))
        assert line_of(app, 413).startswith(" 413⚙")
        assert "◐ 46 %" in line_of(app, 413)
        assert "│ ◐ Scan: 230 of 500 trains, abou" in line_of(app, 413)
        assert line_of(app, 411).startswith(" 411⋮")
        assert line_of(app, 412).startswith(" 412 ")
        assert "19 runs" in text_of(app, StatusLines)
        app.main_screen.table.move_to(key(413), "scan")
        await pilot.pause()
        assert (
            "computing (1 of 2): 230 of 500 trains, about 5 min left, running for 32 s"
            in text_of(app, CellBar)
        )
        app.main_screen.table.move_to(key(413), "ratio")
        await pilot.pause()
        assert f"running for 32 s on {HOST}, computing scan" in text_of(app, CellBar)


async def test_marks_of_a_run_disappear_when_its_job_ends(folder):
    make_busy(folder)
    app = make_app(folder)
    async with app.run_test(size=(160, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "⚙" in table_text(app))
        add_run(folder, 413)
        with ledger_of(folder) as con:
            end(con, 1)
            for job in (2, 3):
                end(con, begin(con, job))
        await until(pilot, lambda: "1045.1250" in line_of(app, 413))
        await until(pilot, lambda: not set("⚙⋮◐") & set(table_text(app)))
        assert "queued" not in first_line(app)
        assert "19 runs" in text_of(app, StatusLines)


async def test_run_known_only_to_the_ledger_is_listed_as_new(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 12)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "○ no daemon" in first_line(app))
        await pilot.press("F", "l")
        with ledger_of(folder) as con:
            take_lease(con)
            queue(con, 413)
        await until(pilot, lambda: app.main_screen.table.cursor.key == key(413))
        await until(pilot, lambda: "● daemon" in first_line(app))
        await pilot.press("dollar_sign")
        await until(pilot, lambda: "next in the queue" in text_of(app, CellBar))


@pytest.mark.extended
async def test_stopped_daemon_is_noticed(folder):
    with ledger_of(folder) as con:
        token = take_lease(con)
    app = make_app(folder)
    async with app.run_test(size=(120, 12)) as pilot:
        await until(pilot, lambda: "● daemon" in first_line(app))
        with Ledger(folder.ledger).writing() as con:
            release(con, token)
        await until(pilot, lambda: "○ no daemon" in first_line(app))


async def test_foreign_ledger_file_leaves_the_table_usable(folder):
    folder.ledger.write_text("this is no database\n" * 100)
    app = make_app(folder)
    async with app.run_test(size=(120, 12)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "? daemon unknown" in first_line(app))
        assert "1032.5250" in table_text(app)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(app.screen, DiagnosisScreen) and app.screen.diagnosis)
        note = dict(app.screen.diagnosis.notes)["Ledger"]
        assert note.startswith(f"cannot be read: {folder.ledger} is not an SQLite database.")


async def test_empty_table_beside_a_daemon_mentions_the_daemon(empty_folder):
    from damnit_daemon.store import create_database

    create_database(empty_folder.database, proposal=1234, context_python=None)
    with ledger_of(empty_folder) as con:
        take_lease(con)
    app = make_app(empty_folder)
    async with app.run_test(size=(100, 20)) as pilot:
        await until(pilot, lambda: "The daemon is running" in text_of(app, EmptyState))


@pytest.mark.extended
async def test_failed_job_in_the_ledger_is_shown_by_the_diagnosis(folder):
    with ledger_of(folder) as con:
        take_lease(con)
        end(con, begin(con, queue(con, 411), "ratio"), JobState.FAILED, "time limit of 2 h")
    add_run(folder, 411, now=NOW)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "● daemon" in first_line(app))
        app.main_screen.table.move_to(key(411), "sample")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DiagnosisScreen) and app.screen.diagnosis)
        assert app.screen.diagnosis.root.text == "No value has been entered."
        assert "failed in 0 s" in dict(app.screen.diagnosis.notes)["Jobs"]


@pytest.mark.extended
async def test_runs_of_a_lost_daemon_are_marked_as_interrupted(folder):
    with ledger_of(folder) as con:
        take_lease(con, now=NOW - 300)
        begin(con, queue(con, 413), "scan", "ratio", computing="scan", now=NOW - 400)
    app = make_app(folder)
    async with app.run_test(size=(160, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: line_of(app, 413).startswith(" 413⚠"))
        assert "◐" not in line_of(app, 413)
        app.main_screen.table.move_to(key(413), "scan")
        await pilot.pause()
        assert "when the daemon was lost; the next daemon reruns it" in text_of(app, CellBar)


def first_line(app):
    return text_of(app, StatusLines).splitlines()[0]
