"""The values that a cell has had, on their screen."""

import pytest

from damnit_daemon.launch import keep_context
from damnit_daemon.ledger import Ledger, RequestKind, load_requests
from damnit_daemon.runner.local_imports import digest
from damnit_daemon.runner.protocol import ContextLoaded, VariableMeta
from damnit_daemon.store import NewValue
from damnit_tui.compare.history_screen import NONE_KNOWN, HistoryScreen
from damnit_tui.dialogs.confirm import ConfirmDialog
from damnit_tui.widgets.row_list import RowList

from ..conftest import NOW, add_run, key, make_app, settle, until


def fingerprinted(value, at, context_hash):
    attributes = {"computed_at": at, "context_hash": context_hash, "fingerprint": "a" * 16}
    return NewValue(key(411), "ratio", value, attributes={**attributes, "job": 5})


@pytest.fixture
def computed(folder):
    """A folder in which the ratio of run 411 was computed twice, and the first file is kept."""
    kept = digest(folder.context_file.read_bytes())
    keep_context(
        folder, ContextLoaded([VariableMeta("ratio", "ratio", fingerprint="a" * 16)], [], kept)
    )
    add_run(folder, 411, fingerprinted(0.5, NOW - 20, kept), now=NOW - 20)
    add_run(folder, 411, fingerprinted(0.25, NOW - 10, "b" * 16), now=NOW - 10)
    return folder


async def open_history(pilot, name="ratio", run=411):
    await settle(pilot)
    pilot.app.main_screen.table.move_to(key(run), name)
    await pilot.press("W")
    await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
    await until(pilot, lambda: pilot.app.screen.is_settled)
    return pilot.app.screen


def lines(screen):
    return screen.query_one(RowList).plain_text().splitlines()[1:]


async def test_value_is_computed_as_before_after_a_confirmation(computed):
    app = make_app(computed)
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await open_history(pilot)
        await until(pilot, lambda: len(lines(screen)) == 3)
        assert [line.split("\t")[1:4] for line in lines(screen)[:2]] == [
            ["0.25", "b" * 16, "5"],
            ["0.5", digest(b""), "5"],
        ]
        await pilot.press("r")  # the present value, whose context file is not kept
        await until(pilot, lambda: list(app._notifications))
        (said,) = app._notifications
        assert said.message == f"The context file {'b' * 16} of this value is no longer kept."
        await pilot.press("down", "r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        ledger = Ledger(computed.ledger)

        def request():
            if ledger.exists():
                with ledger.reading() as con:
                    return load_requests(con)
            return []

        await until(pilot, request)
        (asked,) = request()
        assert (asked.kind, asked.payload) == (
            RequestKind.RESTORE,
            {"run": [*key(411)], "variable": "ratio", "context": digest(b"")},
        )


async def test_new_value_appears_and_search_narrows_the_list(computed):
    app = make_app(computed)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await open_history(pilot)
        await until(pilot, lambda: len(lines(screen)) == 3)
        add_run(computed, 411, fingerprinted(7, NOW - 5, "c" * 16), now=NOW - 5)
        await until(pilot, lambda: len(lines(screen)) == 4)
        await pilot.press("slash", *"cccc", "enter")
        await until(pilot, lambda: len(lines(screen)) == 1)


@pytest.mark.extended
@pytest.mark.parametrize(("name", "told"), [("comment", NONE_KNOWN), ("sample", NONE_KNOWN)])
async def test_cell_without_history_says_so_and_does_not_restore(folder, name, told):
    app = make_app(folder, read_only=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        pilot.app.main_screen.table.move_to(key(411), name)
        await pilot.press("W")
        head = lambda: str(app.screen.query_one("#history-head").content)  # noqa: E731
        await until(pilot, lambda: told in head())
        await pilot.press("r", "q")
        await until(pilot, lambda: app.screen is app.main_screen)
