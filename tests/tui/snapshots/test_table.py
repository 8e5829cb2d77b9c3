"""Snapshots of the table with marks, pins and searches. Look at a new one before keeping it."""

import pytest

from damnit_daemon.store import LabelChange, NewValue, save_labels, save_values
from damnit_tui.state.column_layout import ColumnLayout
from damnit_tui.table.widget import RunTable
from damnit_tui.widgets.find_prompt import FindPrompt

from ..conftest import NOW, database_of, key, settle, until
from .test_main import snap  # noqa: F401 – a fixture

THEMES = ["light", "high-contrast", "colour-blind"]
SIZES = {"wide": (120, 30), "small": (80, 24)}


@pytest.fixture(params=list(SIZES))
def size(request):
    return SIZES[request.param]


async def mark(pilot):
    """Two runs, and a range that is not ended yet."""
    await pilot.press("space", "space", "j", "V", "j", "j")
    await until(pilot, lambda: pilot.app.main_screen.status.marking == 3)


async def search(pilot):
    await pilot.press("ctrl+n", *"shutter", "enter")
    table = pilot.app.main_screen.table
    await until(pilot, lambda: table.cursor.name == "comment")
    await pilot.press("j")


def test_table_with_marks(snap, folder, size):  # noqa: F811
    assert snap(folder, size=size, before=mark)


def test_table_with_pinned_columns(snap, folder, size):  # noqa: F811
    async def before(pilot):
        choice = ColumnLayout(pinned=("ratio", "sample"), widths={"comment": 8})
        pilot.app.main_screen.table.show_columns(choice)
        await pilot.press("dollar_sign")

    assert snap(folder, size=size, before=before)


def test_table_with_search_matches(snap, folder, size):  # noqa: F811
    assert snap(folder, size=size, before=search)


def test_find_prompt_for_a_column(snap, folder, size):  # noqa: F811
    async def before(pilot):
        await pilot.press("ctrl+f", *"agipd")
        await until(pilot, lambda: bool(pilot.app.screen.query_one(FindPrompt).result))

    assert snap(folder, size=size, before=before)


def test_table_with_trends_and_outliers(snap, folder, size):  # noqa: F811
    with database_of(folder).writing() as con:
        save_values(con, [NewValue(key(409), "agipd.hits", 99)], now=NOW)

    async def before(pilot):
        await pilot.press("T", "X", "l", "l", "l")

    assert snap(folder, size=size, before=before)


@pytest.mark.extended
def test_table_with_labels(snap, folder):  # noqa: F811
    labels = {411: ("good",), 410: ("bad", "dark"), 409: ("dark",), 408: ("sample-7",)}
    with database_of(folder).writing() as con:
        save_labels(con, [LabelChange(key(run), (), found) for run, found in labels.items()])

    async def before(pilot):
        await pilot.press("j", "j")

    assert snap(folder, before=before)


@pytest.mark.extended
def test_table_with_statistics(snap, folder, size):  # noqa: F811
    async def before(pilot):
        await pilot.press("M", "space", "space", "space", "l", "l")

    assert snap(folder, size=size, before=before)


def test_table_with_tall_rows(snap, folder, size):  # noqa: F811
    async def before(pilot):
        await pilot.press("H", "j", "dollar_sign")
        await settle(pilot)

    assert snap(folder, size=size, before=before)


def test_table_with_the_mouse_over_a_title(snap, folder):  # noqa: F811
    async def before(pilot):
        slot = pilot.app.main_screen.table.view.slots[3]
        await pilot.hover(RunTable, offset=(slot.x, 1))

    assert snap(folder, before=before)


@pytest.mark.extended
@pytest.mark.parametrize("theme", THEMES)
def test_table_in_each_theme(snap, folder, theme):  # noqa: F811
    async def before(pilot):
        await search(pilot)
        await mark(pilot)

    assert snap(folder, theme=theme, before=before)


def test_table_with_no_color(snap, folder, monkeypatch):  # noqa: F811
    monkeypatch.setenv("NO_COLOR", "1")

    async def before(pilot):
        await search(pilot)
        await mark(pilot)
        await pilot.press("T", "X")

    assert snap(folder, before=before)
