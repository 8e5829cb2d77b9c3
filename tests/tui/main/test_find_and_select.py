"""Finding columns and cells in the app; marks and the mouse in the status lines."""

import pytest

from damnit_tui.state.column_layout import ColumnLayout
from damnit_tui.table.widget import RunTable
from damnit_tui.widgets.cell_bar import CellBar
from damnit_tui.widgets.find_prompt import FindPrompt
from damnit_tui.widgets.status import StatusLines

from ..conftest import key, make_app, settle, until
from .test_screen import text_of


def at(app):
    cursor = app.main_screen.table.cursor
    return cursor.key.run, cursor.name


def told(app):
    return [notification.message for notification in app._notifications]


def result(app):
    return app.main_screen.query_one(FindPrompt).result


@pytest.mark.extended
async def test_ctrl_f_moves_to_a_column_while_typing(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+f", *"agipd")
        await pilot.pause()
        assert (at(app), result(app)) == ((412, "agipd.hits"), "1 of 2, ↓ next")
        await pilot.press("down")
        await until(
            pilot, lambda: app.main_screen.query_one(CellBar).description.place.endswith("Preview")
        )
        assert at(app) == (412, "agipd.preview")
        await pilot.press("up", "enter")
        await pilot.pause()
        assert at(app) == (412, "agipd.hits")
        assert app.focused is app.main_screen.table
        assert not app.main_screen.query(FindPrompt)


@pytest.mark.extended
async def test_escape_in_the_find_prompt_returns_to_the_previous_column(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("l", "ctrl+f", *"rat")
        await pilot.pause()
        assert (at(app)[1], result(app)) == ("ratio", "1 of 1")
        await pilot.press(*"zzz")
        await pilot.pause()
        assert (at(app)[1], result(app)) == ("comment", "no matching column")
        await pilot.press("escape")
        await pilot.pause()
        assert at(app) == (412, "comment")
        assert app.focused is app.main_screen.table


@pytest.mark.extended
async def test_n_asks_for_a_search_text_and_then_repeats_the_search(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("n")
        await pilot.press(*"not a scan", "enter")
        await until(pilot, lambda: at(app) == (412, "scan"))
        await pilot.press("n")
        await until(pilot, lambda: at(app) == (408, "scan"))
        await pilot.press("N", "N")
        await until(pilot, lambda: at(app) == (396, "scan"))
        await pilot.press("ctrl+n", *"light", "enter")
        await until(pilot, lambda: at(app) == (411, "comment"))
        match = app.main_screen.table.get_component_rich_style("role--match")
        y = app.main_screen.table.view.header_height + 1
        found = [s.text for s in app.main_screen.table.render_line(y) if s.style == match]
        assert not found  # the cursor is on it
        await pilot.press("j")
        found = [s.text for s in app.main_screen.table.render_line(y) if s.style == match]
        assert found == ["light"]
        await pilot.press("escape")
        await pilot.pause()
        assert not [s for s in app.main_screen.table.render_line(y) if s.style == match]


@pytest.mark.extended
async def test_search_without_a_match_is_reported(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+n", *"xyzzy", "enter")
        await until(pilot, lambda: bool(told(app)))
        assert told(app) == ["No cell shown here contains 'xyzzy'."]
        assert at(app) == (412, "start_time")


@pytest.mark.extended
async def test_n_moves_to_cells_that_match_the_filter(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"comment ~ light or sample = LaB6", "enter")
        await until(pilot, lambda: len(app.main_screen.table.rows) == 2)
        await pilot.press("n")
        await until(pilot, lambda: at(app) == (411, "comment"))
        await pilot.press("n")
        await until(pilot, lambda: at(app) == (409, "sample"))


@pytest.mark.extended
async def test_status_lines_count_the_marked_runs(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("space", "space", "space")
        await until(pilot, lambda: "3 marked" in text_of(app, StatusLines))
        await pilot.press("V", "j")
        await until(pilot, lambda: "marking 2 runs: V finishes" in text_of(app, StatusLines))
        await pilot.press("V")
        await until(pilot, lambda: "5 marked" in text_of(app, StatusLines))
        await pilot.press("escape")
        await until(pilot, lambda: "marked" not in text_of(app, StatusLines))


async def test_click_on_a_title_sorts_the_table(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        slot = table.view.slots[table.view.index_of("agipd.hits")]
        await pilot.click(RunTable, offset=(slot.x + 1, table.view.levels - 1))
        await until(pilot, lambda: "↑ AGIPD/Hits" in text_of(app, StatusLines))


async def test_cell_bar_describes_the_cell_under_the_mouse(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        slot = table.view.slots[table.view.index_of("agipd.hits")]
        y = table.view.header_height + 2
        await pilot.hover(RunTable, offset=(slot.x, y))
        await until(pilot, lambda: "r410 · AGIPD/Hits  ✗ Zero" in text_of(app, CellBar))
        await pilot.hover(CellBar)
        await until(pilot, lambda: "r412 · Time" in text_of(app, CellBar))


async def test_ctrl_l_redraws_the_screen(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+l")
        await pilot.pause()
        app.main_screen.table.move_to(key(400))
        assert at(app)[0] == 400


async def test_status_counts_visible_columns_beside_pinned_ones(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.main_screen.table.show_columns(ColumnLayout(pinned=("ratio",)))
        await pilot.press("dollar_sign")
        await until(pilot, lambda: "of 10" in text_of(app, StatusLines))
