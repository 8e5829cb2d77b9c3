"""Lists: the keys that move in the table move in each of them; texts that do not fit."""

from __future__ import annotations

import pytest
from textual.widgets import DataTable, OptionList

from damnit_tui.widgets.checklist import Checklist
from damnit_tui.widgets.row_list import RowList

from .conftest import make_app, settle, until
from .every_screen import PLACES, to_daemon, to_jobs, to_notes

EXTENDED = pytest.mark.extended
LISTS = (DataTable, OptionList, RowList, Checklist)


def row_of(app) -> int:
    """The row of the cursor in the list with the focus."""
    found = app.focused
    assert isinstance(found, LISTS)
    if isinstance(found, DataTable):
        return found.cursor_row
    if isinstance(found, OptionList):
        return found.highlighted or 0
    if isinstance(found, RowList):
        return found.cursor
    return found.found.index(found.current)


async def to_differences(pilot):
    """All variables of two runs, also those that do not differ."""
    await PLACES["differences"][1](pilot)
    await pilot.press("a")


@pytest.mark.parametrize(
    ("make", "go"),
    [
        pytest.param(PLACES["jobs"][0], to_jobs, id="jobs"),
        pytest.param(PLACES["daemon"][0], to_daemon, id="daemon"),
        *(pytest.param(*PLACES[name], id=name, marks=EXTENDED) for name in ("members", "columns")),
        pytest.param(PLACES["notes"][0], to_notes, id="notes", marks=EXTENDED),
        pytest.param(PLACES["differences"][0], to_differences, id="differences", marks=EXTENDED),
    ],
)
async def test_letters_and_page_keys_move_in_every_list(tmp_path, make, go):
    app = make_app(make(tmp_path / "amore"))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await go(pilot)
        await pilot.press("G")
        last = row_of(app)
        assert last > 0
        for key, row in (("k", last - 1), ("j", last), ("g", 0), ("j", 1), ("k", 0)):
            await pilot.press(key)
            assert (key, row_of(app)) == (key, row)
        await pilot.press("ctrl+d")
        below = row_of(app)
        assert below > 0
        await pilot.press("ctrl+u")
        assert row_of(app) == 0
        await pilot.press("pagedown")
        assert row_of(app) == below


@EXTENDED
async def test_page_keys_move_in_the_list_below_a_field(tmp_path):
    make, go = PLACES["choose"]
    app = make_app(make(tmp_path / "amore"))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await go(pilot)
        options = app.screen.query_one(OptionList)
        await pilot.press("pageup")
        await until(pilot, lambda: options.highlighted == 0)
        await pilot.press("pagedown")
        await until(pilot, lambda: options.highlighted > 1)


@pytest.mark.parametrize(
    ("size", "is_cut"), [((80, 24), True), pytest.param((120, 24), False, marks=EXTENDED)]
)
async def test_text_that_does_not_fit_a_list_ends_in_an_ellipsis(tmp_path, size, is_cut):
    app = make_app(PLACES["jobs"][0](tmp_path / "amore"))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await to_jobs(pilot)
        table = app.screen.query_one(DataTable)
        await until(pilot, lambda: table.row_count > 2)
        texts = [table.render_line(y).text.rstrip() for y in range(4)]
        assert [text.endswith("…") for text in texts] == [is_cut, is_cut, False, is_cut]
        assert not table.show_horizontal_scrollbar
