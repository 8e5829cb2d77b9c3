"""Errors of workers: reported, and survived by the app."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from pathlib import Path

import pytest
from textual.screen import Screen

from damnit_daemon.errors import DamnitError
from damnit_daemon.store import DatabaseBusy, NewValue, save_values
from damnit_tui.data.worker_errors import as_user_error
from damnit_tui.main import blob_previews
from damnit_tui.main.messages import FeedItemRead
from damnit_tui.state.crash_log import bug_log
from damnit_tui.table.blob_loader import load_blob_previews
from damnit_tui.table.cells import CellAddress

from ..conftest import (
    NOW,
    PATIENCE_S,
    add_run,
    database_of,
    key,
    make_app,
    png,
    settle,
    until,
)


def notifications(app):
    return [note.message for note in app._notifications]


@pytest.fixture
def full_disk(monkeypatch, tmp_path):
    """Nowhere to put what is copied, for a terminal that knows no clipboard."""
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))


async def test_copy_error_is_reported_without_ending_the_app(folder, full_disk):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.table.move_to(key(410), "ratio")
        for _ in range(2):
            await pilot.press("Y")
            await until(
                pilot,
                lambda: any("No such file or directory" in text for text in notifications(app)),
            )
            await until(pilot, lambda: all(worker.group != "copy" for worker in app.workers))
        await pilot.press("j")
        await until(pilot, lambda: app.main_screen.table.cursor.key == key(409))


async def test_bug_is_logged_and_reported_without_ending_the_app(folder):
    def fail():
        raise ZeroDivisionError("of [b]7[/")

    class Unbuilt(Screen):
        def compose(self):
            fail()

    app = make_app(folder)
    app.tells_pilot = False
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        main = app.main_screen
        for do in (
            lambda: app.run_worker(fail, thread=True),
            lambda: main.table.call_later(fail),
            lambda: main.set_timer(0.01, fail),
            lambda: app.push_screen(Unbuilt()),
        ):
            bug_log().unlink(missing_ok=True)
            do()
            await until(pilot, lambda: bug_log().exists() and "in fail" in bug_log().read_text())
        await until(pilot, lambda: app.screen is main)
        (told,) = notifications(app)
        assert "ZeroDivisionError: of [b]7[/" in told
        assert str(bug_log()) in told
        assert "\n" not in told
        await pilot.press("j")
        await until(pilot, lambda: main.table.cursor.key == key(411))


async def test_failing_message_handler_leaves_its_widget_working(folder):
    app = make_app(folder)
    app.tells_pilot = False
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        main = app.main_screen
        main.post_message(FeedItemRead(None))  # no news at all
        await until(pilot, lambda: any("AttributeError" in text for text in notifications(app)))
        await pilot.press("j")
        await until(pilot, lambda: main.table.cursor.key == key(411))
        add_run(folder, 413)
        await until(pilot, lambda: key(413) in main.table.rows)


async def test_endless_bugs_end_the_app(folder):
    def fail():
        raise ZeroDivisionError

    app = make_app(folder)
    with pytest.raises(ZeroDivisionError):
        async with app.run_test(size=(120, 30)) as pilot:
            await settle(pilot)
            app.tells_pilot = False
            app.set_interval(0.01, fail)
            await until(pilot, lambda: not app.is_running)


async def test_unexpected_rows_do_not_end_the_feed(folder, monkeypatch):
    app = make_app(folder)
    session = app.main_screen.session
    load_changes, failed = session.changes.changes, []

    def failing(*arguments):
        if not failed:
            failed.append(1)
            raise ValueError("no such thing")
        return load_changes(*arguments)

    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(session.changes, "changes", failing)
        add_run(folder, 413, NewValue(key(413), "ratio", 0.5))
        await until(pilot, lambda: "ValueError" in app.main_screen.feed.health.problem)
        await until(pilot, lambda: not app.main_screen.feed.health.problem)
        await until(pilot, lambda: key(413) in app.main_screen.table.rows)


@pytest.mark.extended
async def test_transient_disk_error_is_reported_and_retried(folder, monkeypatch):
    app = make_app(folder)
    session = app.main_screen.session
    load_changes, failed = session.changes.changes, []

    def failing(*arguments):
        if len(failed) < 2:
            failed.append(1)
            raise OSError(5, "Input/output error", "runs.sqlite")
        return load_changes(*arguments)

    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(session.changes, "changes", failing)
        add_run(folder, 413, NewValue(key(413), "ratio", 0.5))
        await until(pilot, lambda: "Input/output error" in app.main_screen.feed.health.problem)
        await until(pilot, lambda: key(413) in app.main_screen.table.rows)
        await until(pilot, lambda: not app.main_screen.feed.health.problem)


async def test_worker_that_outlives_the_app_neither_hangs_nor_fails(folder, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("TMUX", raising=False)
    app = make_app(folder)
    is_over, copied = threading.Event(), []

    def late():
        is_over.wait()
        copied.append(app.system_clipboard.copy_now("text"))

    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.run_worker(late, thread=True)
        await pilot.pause()
    is_over.set()
    end = time.monotonic() + PATIENCE_S
    while not copied and time.monotonic() < end:
        await asyncio.sleep(0.01)
    assert "clipboard" in copied[0]


def test_errors_are_converted_to_user_messages():
    error = DamnitError("There is none.")
    assert as_user_error(error) is error
    assert str(as_user_error(OSError(28, "No space left on device", "/a/b"))) == (
        "The operation failed: /a/b: No space left on device."
    )
    assert str(as_user_error(TimeoutError())) == "The operation failed: TimeoutError."


def has_picture(app, address):
    return app.main_screen.table.cells.previews.get(address) is not None


async def test_image_rewritten_while_it_is_fetched_is_fetched_again(folder, monkeypatch):
    app = make_app(folder)
    address = CellAddress(key(412), "agipd.preview")
    asked, may_go_on = [], threading.Event()

    def slowly(database, addresses, height):
        drawn = list(load_blob_previews(database, addresses, height))
        if address in addresses:
            asked.append(address)
            may_go_on.wait(PATIENCE_S)
        return drawn

    monkeypatch.setattr(blob_previews, "load_blob_previews", slowly)
    async with app.run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: asked)
        rows = app.main_screen.table.rows
        with database_of(folder).writing() as con:
            save_values(con, [NewValue(*address, png(40, 40))], now=NOW + 5)
        await until(pilot, lambda: (v := rows.value(*address)) and v.timestamp == NOW + 5)
        await pilot.pause()
        may_go_on.set()
        await until(pilot, lambda: has_picture(app, address))


@pytest.mark.parametrize("error", [DatabaseBusy(Path("runs.sqlite"), 2.0), OSError(5, "I/O error")])
async def test_images_that_failed_to_load_are_fetched_later(folder, monkeypatch, error):
    app = make_app(folder)
    failed = []

    def failing(database, addresses, height):
        if len(failed) < 2:
            failed.append(addresses)
            raise error
        return load_blob_previews(database, addresses, height)

    monkeypatch.setattr(blob_previews, "load_blob_previews", failing)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for run in (412, 411, 400):
            address = CellAddress(key(run), "agipd.preview")
            await until(pilot, lambda address=address: has_picture(app, address))
        await settle(pilot)
        assert failed
