"""The jobs screen and the reprocess dialog, with the daemon's own intake."""

from __future__ import annotations

import asyncio
import threading

import pytest
from textual.widgets import DataTable, Input, Static

from damnit_daemon.ledger import JobState, Ledger, load_job
from damnit_daemon.model import VariableInfo
from damnit_daemon.services.job_options import load_options
from damnit_daemon.services.scheduling import schedule_pending
from damnit_daemon.store import Database, StoredParameter, save_parameters
from damnit_tui.dialogs.confirm import ConfirmDialog
from damnit_tui.jobs.screen import JobsScreen
from damnit_tui.log.screen import LogScreen
from damnit_tui.reprocess.dialog import ReprocessDialog
from damnit_tui.widgets.empty_state import EmptyState

from ..conftest import NOW, key, make_app, settle, until
from ..daemon_at_work import HALF, begin, end, ledger_of, queue, take_lease


@pytest.fixture
def jobs(folder):
    """One that runs, two that wait, one that failed."""
    with ledger_of(folder) as con:
        take_lease(con)
        failed = end(con, begin(con, queue(con, 409)), JobState.FAILED, "out of memory (25 GB)")
        running = begin(
            con,
            queue(con, 412),
            "scan",
            "ratio",
            done=["ratio"],
            computing="scan",
            now=NOW - 32,
            advance=HALF,
        )
        return {
            "failed": failed,
            "running": running,
            "first": queue(con, 411, priority=0),
            "second": queue(con, 410),
        }


@pytest.fixture
def daemon(folder):
    """Takes what is asked for, as the daemon's loop does."""
    stop = threading.Event()

    def work():
        while not stop.wait(0.05):
            with Ledger(folder.ledger).writing() as con:
                for job, reason in schedule_pending(con, now=NOW).stop:
                    end(con, job, JobState.CANCELLED, reason)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


def rows(app):
    table = app.screen.query_one(DataTable)
    return [[str(cell) for cell in table.get_row_at(row)] for row in range(table.row_count)]


def about(app):
    return str(app.screen.query_one("#jobs-about").content)


def title(app):
    return str(app.screen.query_one("#jobs-title").content)


def notifications(app):
    return [note.message for note in app._notifications]


async def open_jobs(pilot):
    await settle(pilot)
    await pilot.press("J")
    await until(pilot, lambda: isinstance(pilot.app.screen, JobsScreen))
    await until(pilot, lambda: bool(rows(pilot.app)))


def state_of(folder, job):
    with Ledger(folder.ledger).reading() as con:
        return load_job(con, job).state


async def choose(pilot, job):
    table = pilot.app.screen.query_one(DataTable)
    table.move_cursor(row=table.get_row_index(str(job)))
    await until(pilot, lambda: f"job {job} ·" in about(pilot.app))


@pytest.mark.extended
async def test_jobs_screen_shows_state_and_progress(folder, jobs):
    app = make_app(folder)
    async with app.run_test(size=(130, 20)) as pilot:
        await open_jobs(pilot)
        shown = {row[1]: row for row in rows(app)}
        assert [row[1] for row in rows(app)] == ["412", "411", "410", "409"]
        assert shown["412"][3:5] == ["⚙ running", "████···· 1/2"]
        assert shown["412"][5:7] == ["11:59:28", "32 s"]
        assert shown["412"][8] == "computing scan: 230 of 500 trains, about 5 min left"
        assert shown["409"][3] == "✗ failed"
        assert shown["409"][8] == "out of memory (25 GB)"
        assert "1 running · 2 queued · 1 failed" in title(app)
        await choose(pilot, jobs["running"])
        assert "computing scan for 32 s: 230 of 500 trains, about 5 min left" in about(app)
        await choose(pilot, jobs["second"])
        assert "1 ahead of it in the queue" in about(app)
        with ledger_of(folder) as con:
            end(con, jobs["running"])
        await until(pilot, lambda: [r[3] for r in rows(app) if r[1] == "412"] == ["✓ done"])
        assert f"job {jobs['second']} ·" in about(app), "the cursor stays on its job"


async def test_jobs_screen_shows_only_failed_jobs_or_those_of_one_run(folder, jobs):
    app = make_app(folder)
    async with app.run_test(size=(130, 20)) as pilot:
        await open_jobs(pilot)
        await pilot.press("f")
        await until(pilot, lambda: [row[1] for row in rows(app)] == ["409"])
        assert "only failed: 1 of 4" in title(app)
        await pilot.press("f")
        await until(pilot, lambda: len(rows(app)) == 4)
        await choose(pilot, jobs["second"])
        await pilot.press("o")
        await until(pilot, lambda: [row[1] for row in rows(app)] == ["410"])
        assert "only run 410: 1 of 4" in title(app)
        await pilot.press("o")
        await until(pilot, lambda: len(rows(app)) == 4)


@pytest.mark.extended
async def test_jobs_screen_without_failed_jobs_names_the_key_that_shows_all(folder, jobs):
    def empty():
        return app.screen.query_one(EmptyState).lines

    app = make_app(folder)
    async with app.run_test(size=(130, 20)) as pilot:
        await open_jobs(pilot)
        await choose(pilot, jobs["second"])
        await pilot.press("o", "f")
        await until(pilot, lambda: not rows(app))
        assert empty() == ("No failed jobs of run 410", "f and o show all")
        await pilot.press("o", "f")
        await until(pilot, lambda: len(rows(app)) == 4)
        assert empty() == ()
        with Ledger(folder.ledger).writing() as con:
            con.execute("UPDATE jobs SET state = 'done' WHERE state = 'failed'")
        await until(pilot, lambda: "failed" not in title(app))
        await pilot.press("f")
        await until(pilot, lambda: empty() == ("No failed jobs", "f shows all"))


async def test_jobs_screen_cancels_and_retries_a_job(folder, jobs, daemon):
    app = make_app(folder)
    async with app.run_test(size=(130, 20)) as pilot:
        await open_jobs(pilot)
        await choose(pilot, jobs["first"])
        await pilot.press("R")
        await until(pilot, lambda: any("has not finished" in text for text in notifications(app)))
        await pilot.press("K", "n")
        await answer(pilot, "K", "enter")
        assert state_of(folder, jobs["first"]) is JobState.QUEUED, "no is the default"
        await answer(pilot, "K", "y")
        await until(pilot, lambda: state_of(folder, jobs["first"]) is JobState.CANCELLED)
        await until(pilot, lambda: any("cancelled" in text for text in notifications(app)))
        await choose(pilot, jobs["failed"])
        await pilot.press("K")
        await until(pilot, lambda: any("already finished" in text for text in notifications(app)))
        await answer(pilot, "R", "y")
        await until(pilot, lambda: len(rows(app)) == 5)
        await until(pilot, lambda: any("queued again" in text for text in notifications(app)))


@pytest.mark.extended
async def test_jobs_screen_retries_a_job_with_other_limits(folder, jobs, daemon):
    from damnit_daemon.services.job_options import load_options

    app = make_app(folder)
    async with app.run_test(size=(130, 24)) as pilot:
        await open_jobs(pilot)
        await choose(pilot, jobs["failed"])
        await pilot.press("M")
        await until(pilot, lambda: bool(app.screen.query("#memory")))
        await pilot.press(*"lots", "enter")
        mistake = app.screen.query_one("#limits-mistake")
        await until(pilot, lambda: "lots" in str(mistake.content))
        app.screen.query_one("#memory", Input).value = "50G"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen) and len(rows(app)) == 5)
        with Ledger(folder.ledger).reading() as con:
            assert load_options(con, max(jobs.values()) + 1).memory == "50G"
        await pilot.press("M", "escape")
        assert isinstance(app.screen, JobsScreen)


async def test_jobs_screen_changes_the_priority_of_queued_jobs(folder, jobs, daemon):
    app = make_app(folder)
    async with app.run_test(size=(130, 20)) as pilot:
        await open_jobs(pilot)
        await choose(pilot, jobs["second"])
        await answer(pilot, "plus", "y")
        await until(pilot, lambda: any("priority 1" in text for text in notifications(app)))
        await until(pilot, lambda: priority(folder, jobs["second"]) == 1)
        while True:  # until the list has read the new priority
            await pilot.press("minus")
            await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
            is_read = "to priority 0?" in str(app.screen.query_one(Static).visual)
            await pilot.press("y" if is_read else "n")
            await until(pilot, lambda: not isinstance(app.screen, ConfirmDialog))
            if is_read:
                break
        await until(pilot, lambda: priority(folder, jobs["second"]) == 0)
        await choose(pilot, jobs["running"])
        await pilot.press("plus")
        await until(pilot, lambda: any("Only queued jobs" in text for text in notifications(app)))


def priority(folder, job):
    with Ledger(folder.ledger).reading() as con:
        return load_job(con, job).priority


@pytest.mark.extended
async def test_jobs_screen_opens_the_log_and_returns(folder, jobs):
    app = make_app(folder)
    async with app.run_test(size=(130, 20)) as pilot:
        await open_jobs(pilot)
        for pressed in ("L", "enter"):
            await pilot.press(pressed)
            await until(pilot, lambda: isinstance(app.screen, LogScreen))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        await pilot.press("q")
        await until(pilot, lambda: app.screen is app.main_screen)


async def test_jobs_screen_requests_nothing_with_read_only(folder, jobs):
    app = make_app(folder, read_only=True)
    async with app.run_test(size=(130, 20)) as pilot:
        await open_jobs(pilot)
        await choose(pilot, jobs["first"])
        await pilot.press("K")
        await until(pilot, lambda: any("--read-only" in text for text in notifications(app)))
        await pilot.press("escape", "K")
        await asyncio.sleep(0)
        assert state_of(folder, jobs["first"]) is JobState.QUEUED


async def test_jobs_of_a_run_are_cancelled_from_the_table(folder, jobs, daemon):
    app = make_app(folder)
    async with app.run_test(size=(130, 20)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: bool(app.main_screen.status.work.runs))
        app.main_screen.table.move_to(key(411), "ratio")
        await pilot.press("K", "n")
        await answer(pilot, "K", "enter")
        assert state_of(folder, jobs["first"]) is JobState.QUEUED, "no is the default"
        await answer(pilot, "K", "y")
        await until(pilot, lambda: state_of(folder, jobs["first"]) is JobState.CANCELLED)
        app.main_screen.table.move_to(key(400), "ratio")
        await pilot.press("K")
        await until(
            pilot,
            lambda: any(
                "No queued or running jobs for run 400" in text for text in notifications(app)
            ),
        )


async def answer(pilot, order, reply):
    """Press a key that asks first, and say what it asks for."""
    await pilot.press(order)
    await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmDialog))
    await pilot.press(reply)
    await until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmDialog))


# Processing again


def queued_since(folder, before):
    with Ledger(folder.ledger).reading() as con:
        found, number = [], max(before.values()) + 1
        while (job := load_job(con, number)) is not None:
            found.append(job)
            number += 1
        return found


async def open_box(pilot, run=410, name="ratio"):
    await settle(pilot)
    pilot.app.main_screen.table.move_to(key(run), name)
    await pilot.press("r")
    await until(pilot, lambda: isinstance(pilot.app.screen, ReprocessDialog))


def plan(app):
    return str(app.screen.query_one("#reprocess-plan").content)


async def test_reprocess_dialog_queues_a_job_for_a_run(folder, jobs, daemon):
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await open_box(pilot, 400)
        assert "1 job: run 400" in plan(app)
        assert "● daemon" in plan(app)
        await pilot.press("enter")
        await until(pilot, lambda: len(queued_since(folder, jobs)) == 1)
        (job,) = queued_since(folder, jobs)
        assert (job.run_key, job.variables, job.data) == (key(400), None, "all")
        await until(pilot, lambda: any("queued" in text for text in notifications(app)))


async def test_reprocess_dialog_queues_only_failed_variables(folder, jobs, daemon):
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await open_box(pilot)
        await pilot.press("right")
        await until(pilot, lambda: "only agipd.hits, xgm.intensity" in plan(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(queued_since(folder, jobs)) == 1)
        (job,) = queued_since(folder, jobs)
        assert job.variables == ("agipd.hits", "xgm.intensity")


@pytest.mark.extended
async def test_reprocess_dialog_validates_typed_runs_and_names(folder, jobs, daemon):
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await open_box(pilot)
        app.screen.query_one("#runs", Input).value = "400, 402-x"
        mistake = app.screen.query_one("#reprocess-mistake")
        await until(pilot, lambda: "'402-x' is neither a run number" in str(mistake.content))
        await pilot.press("enter")
        assert isinstance(app.screen, ReprocessDialog)
        app.screen.query_one("#runs", Input).value = "400, 402-403"
        await pilot.press("right", "right", "right", "right")
        app.screen.query_one("#names", Input).value = "scan, rotio"
        await until(pilot, lambda: "not in the table yet (new, or a typo?): rotio" in plan(app))
        assert "3 jobs, one per run: 400, 402-403" in plan(app)
        app.screen.query_one("#data").focus()
        await pilot.press("right", "tab", "right")
        await until(pilot, lambda: "only variables that need raw data" in plan(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(queued_since(folder, jobs)) == 3)
        job = queued_since(folder, jobs)[0]
        assert job.variables == ("rotio", "scan")
        assert job.data == "raw"
        assert job.wanted_executor == "local"


async def test_reprocess_dialog_sets_parameters(folder, jobs, daemon):
    parameters = [
        StoredParameter(VariableInfo("threshold", "Threshold", None, "number"), 2.5),
        StoredParameter(VariableInfo("mode", "Mode", None, "string"), "fast"),
    ]
    with Database(folder.database).writing() as con:
        save_parameters(con, parameters)
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await open_box(pilot)
        typed = app.screen.query_one("#parameters", Input)
        await until(pilot, lambda: typed.placeholder.endswith(": threshold=2.5 mode=fast"))
        typed.value = "threshold=high"
        mistake = app.screen.query_one("#reprocess-mistake")
        await until(pilot, lambda: "'high' is not a number" in str(mistake.content))
        typed.value = "threshold=4 mode='very slow'"
        await until(pilot, lambda: "with mode='very slow', threshold=4.0" in plan(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(queued_since(folder, jobs)) == 1)
        (job,) = queued_since(folder, jobs)
        with Ledger(folder.ledger).reading() as con:
            found = load_options(con, job.id).parameters
        assert found == (("mode", "very slow"), ("threshold", 4.0))


async def test_reprocess_dialog_queues_nothing_after_escape(folder, jobs, daemon):
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await open_box(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert not queued_since(folder, jobs)


@pytest.mark.extended
async def test_reprocess_dialog_leaves_a_request_without_a_daemon(folder):
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await open_box(pilot)
        assert "no daemon: jobs wait until one starts" in plan(app)
        await pilot.press("enter")
        await until(
            pilot, lambda: any("no daemon is running here" in text for text in notifications(app))
        )
        await pilot.press("J")
        await until(pilot, lambda: "1 request waiting for a daemon" in title(app))


async def test_reprocess_dialog_queues_only_changed_variables(folder, jobs, daemon):
    folder.context_file.write_text(
        "from damnit_ctx import Variable\n\n\n"
        '@Variable(title="Ratio")\ndef ratio(run):\n    return 1\n'
    )
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await open_box(pilot, 400)
        await pilot.press("right", "right")
        await until(pilot, lambda: "only ratio, and dep" in plan(app))
        await pilot.press("enter")
        await until(pilot, lambda: len(queued_since(folder, jobs)) == 1)
        (job,) = queued_since(folder, jobs)
        assert job.variables == ("ratio",)


async def test_reprocess_dialog_reports_a_context_file_that_does_not_load(folder, jobs):
    folder.context_file.write_text("import nothing_of_that_name\n")
    app = make_app(folder)
    async with app.run_test(size=(130, 30)) as pilot:
        await open_box(pilot, 400)
        await pilot.press("right", "right")
        await until(pilot, lambda: "nothing_of_that_name" in plan(app))


@pytest.mark.extended
async def test_timings_dialog_lists_the_variables(folder, jobs):
    from damnit_daemon.ledger import Outcome, VariableProgress, save_progress
    from damnit_tui.jobs.timings_dialog import TimingsDialog

    app = make_app(folder)
    async with app.run_test(size=(110, 30)) as pilot:
        await settle(pilot)
        await pilot.press("colon", *"timings", "enter")
        await until(pilot, lambda: isinstance(app.screen, TimingsDialog))
        shown = app.screen.query_one("#timings")
        await until(pilot, lambda: "No timings yet" in str(shown.content))
        await pilot.press("escape")
        with ledger_of(folder) as con:
            done = [
                VariableProgress(jobs["running"], name, Outcome.DONE, NOW, duration_s)
                for name, duration_s in (("scan", 3.0), ("ratio", 0.25))
            ]
            save_progress(con, done)
        await pilot.press("colon", *"timings", "enter")
        await until(pilot, lambda: isinstance(app.screen, TimingsDialog))
        await until(pilot, lambda: app.screen.query_one("#timings").content)
        columns = app.screen.query_one("#timings").content.columns
        rows = [
            [str(cell) for cell in row] for row in zip(*(c.cells for c in columns), strict=True)
        ]
        assert [row[:5] for row in rows[1:]] == [
            ["scan", "1", "3 s", "3 s", "92.3 %"],
            ["ratio", "1", "250 ms", "250 ms", "7.7 %"],
        ]
