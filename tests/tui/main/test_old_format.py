"""Folders of earlier DAMNIT versions in the app."""

import sqlite3
from contextlib import closing

import pytest

from damnit_daemon.store import Database
from damnit_tui.dialogs.confirm import ConfirmDialog
from damnit_tui.widgets.edit_prompt import EditPrompt
from tests.daemon.store.conftest import STEPS

from ..conftest import make_app, settle, until
from .test_cell_edit import notifications, screen_text


@pytest.fixture
def make_old(folder):
    def make(version):
        folder.database.unlink()
        with closing(sqlite3.connect(folder.database)) as con:
            con.executescript(STEPS[version])
            con.execute("UPDATE metameta SET value = 1234 WHERE key = 'proposal'")
            con.commit()
        return folder

    return make


def formats(folder):
    files = sorted(folder.path.glob("runs*.sqlite"))
    return {path.name: Database(path).format_version() for path in files}


@pytest.mark.parametrize("version", [0, 1, 2, 3])
async def test_editing_an_old_format_offers_the_migration(make_old, version):
    folder = make_old(version)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: f"old format {version}" in screen_text(app))
        await pilot.press("l", "e")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        assert "A backup is kept" in screen_text(app)
        assert not app.main_screen.query(EditPrompt)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert formats(folder) == {"runs.sqlite": version}

        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        backup = f"runs.v{version}-backup.sqlite"
        await until(pilot, lambda: any(backup in text for text in notifications(app)))
        assert formats(folder) == {"runs.sqlite": 4, backup: version}
        await until(pilot, lambda: "old format" not in screen_text(app))
        assert app.main_screen.edit_bar.may_write()
        table = app.main_screen.table
        await until(pilot, lambda: all(map(table.rows.is_complete, table.rows.all_keys)))


async def test_editing_a_newer_format_reports_read_only(folder):
    with closing(sqlite3.connect(folder.database)) as con:
        con.execute("UPDATE metameta SET value = 9 WHERE key = 'data_format_version'")
        con.commit()
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "read-only" in screen_text(app))
        await pilot.press("l", "e")
        await until(pilot, lambda: any("is too new" in text for text in notifications(app)))
        assert not app.main_screen.query(EditPrompt)
