"""Snapshots of the main screen. Look at a new one before keeping it."""

import pytest

from damnit_daemon.store import create_database

from ..conftest import NOW, PROPOSAL, at_rest, key, make_app, settle, until
from ..daemon_at_work import ledger_of, take_lease
from ..main.test_daemon_status import make_busy

FOLDER = "/gpfs/exfel/exp/MID/202601/p001234/usr/Shared/amore"


@pytest.fixture
def snap(snap_compare):
    """Compare the app with its picture, once it has come to rest."""

    def compare(folder, *, size=(120, 30), before=None, theme=None, waiting=False, **options):
        app = make_app(folder, shown_path=FOLDER, **options)
        if theme:
            app.theme = theme

        async def run_before(pilot):
            if not waiting:
                await settle(pilot)
            await until(pilot, lambda: app.main_screen.status.work.is_known)
            if before is not None:
                await before(pilot)
            await at_rest(pilot)

        return snap_compare(app, terminal_size=size, run_before=run_before)

    return compare


async def open_cell(pilot, run, name):
    main = pilot.app.main_screen
    main.table.move_to(key(run), name)
    await pilot.press("w")
    await until(pilot, lambda: pilot.app.screen is not main)
    await pilot.pause()


def test_main_table(snap, folder):
    async def before(pilot):
        await pilot.press("j", "l", "l", "l")

    assert snap(folder, before=before)


def test_main_table_on_a_small_terminal(snap, folder):
    assert snap(folder, size=(80, 24))


def test_last_columns_on_a_small_terminal(snap, folder):
    async def before(pilot):
        await pilot.press("dollar_sign", "G")

    assert snap(folder, size=(80, 12), before=before)


def test_main_table_in_the_light_theme(snap, folder):
    assert snap(folder, theme="light")


def test_main_table_with_read_only_and_lite(snap, folder):
    assert snap(folder, read_only=True, lite=True)


def test_main_table_with_no_color(snap, folder, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap(folder)


def test_main_screen_without_a_database(snap, empty_folder):
    async def before(pilot):
        await until(pilot, lambda: pilot.app.main_screen.has_class("-noticed"))
        await until(pilot, lambda: pilot.app.main_screen.feed.health.missing)
        await pilot.pause()

    assert snap(empty_folder, size=(100, 20), before=before, waiting=True)


def test_main_screen_without_runs(snap, empty_folder):
    create_database(empty_folder.database, proposal=PROPOSAL, context_python=None)
    assert snap(empty_folder, size=(100, 20))


def test_main_screen_with_an_unreadable_database(snap, folder):
    async def before(pilot):
        folder.database.write_bytes(b"no database" * 1000)
        main = pilot.app.main_screen
        await until(pilot, lambda: "not an SQLite" in main.status.health.problem)

    assert snap(folder, before=before)


def test_diagnosis_of_an_empty_cell(snap, folder):
    async def before(pilot):
        await open_cell(pilot, 405, "scan")

    assert snap(folder, before=before)


def test_help_screen(snap, folder):
    async def before(pilot):
        await pilot.press("question_mark")

    assert snap(folder, size=(100, 45), before=before)


def test_command_line_with_a_run_number(snap, folder):
    async def before(pilot):
        await pilot.press("colon", "3", "9")

    assert snap(folder, size=(80, 12), before=before)


@pytest.mark.parametrize("size", [(120, 30), (80, 24)], ids=["wide", "small"])
def test_daemon_at_work(snap, folder, size):
    async def before(pilot):
        await until(pilot, lambda: pilot.app.main_screen.status.work.running == 1)
        pilot.app.main_screen.table.move_to(key(413), "ratio")
        await pilot.pause()

    make_busy(folder)
    assert snap(folder, size=size, before=before)


def test_lost_daemon(snap, folder):
    async def before(pilot):
        await until(pilot, lambda: pilot.app.main_screen.status.work.daemon is not None)

    with ledger_of(folder) as con:
        take_lease(con, now=NOW - 300)
    assert snap(folder, size=(100, 12), before=before)
