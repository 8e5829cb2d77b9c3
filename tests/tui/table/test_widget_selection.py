"""The run table alone in an app: marks, pins, widths and mouse."""

import pytest
from textual.events import MouseScrollDown as ScrollDown
from textual.events import MouseScrollUp as ScrollUp

from damnit_daemon.model import Column, RunRow
from damnit_daemon.query import SortKey, parse_filter
from damnit_tui.state.column_layout import ColumnLayout
from damnit_tui.table.query import TableQuery
from damnit_tui.table.widget import RunTable

from ..conftest import NOW, key
from .test_widget import TableApp, at, line


@pytest.fixture
async def pilot():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield pilot


def marked(table):
    return sorted(k.run for k in table.marked)


def told_of(kind, messages):
    """Each once: a hook hears of a message at every stop on its way up."""
    return list({id(m): m for m in messages if isinstance(m, kind)}.values())


def marks_shown(table):
    return {line(table, y)[1:5].strip(): line(table, y)[0] for y in range(3, 24)}


@pytest.mark.extended
@pytest.mark.parametrize(
    ("keys", "runs"),
    [
        (["space"], [100]),
        (["space", "space"], [99, 100]),
        (["space", "k", "space"], []),
        (["j", "V", "j", "j", "V"], [97, 98, 99]),
        (["j", "j", "V", "k", "V"], [98, 99]),
        (["V", "V"], [100]),
        (["V", "j", "escape"], []),
        (["space", "V", "j", "V"], [98, 99, 100]),
        (["space", "V", "j", "escape"], [100]),
        (["space", "escape"], []),
        (["a"], list(range(1, 101))),
    ],
)
async def test_keys_mark_runs(pilot, keys, runs):
    table = pilot.app.table
    for name in keys:
        if name == "escape":  # bound by the screen around it
            table.marks = table.marks.cancelled()
        else:
            await pilot.press(name)
        await pilot.pause()
    assert marked(table) == runs


async def test_marks_are_shown_before_the_run_numbers(pilot):
    table = pilot.app.table
    await pilot.press("space", "j", "V", "j")
    await pilot.pause()
    shown = marks_shown(table)
    assert (shown["100"], shown["99"], shown["98"], shown["97"], shown["96"]) == tuple("◆ ◇◇ ")
    tints = {s.style.bgcolor for s in table.render_line(3) if s.text.strip()}
    assert table.get_component_rich_style("role--marked-row").bgcolor in tints


async def test_marks_stay_on_their_runs_when_filtered_and_sorted():
    told = []
    async with TableApp().run_test(size=(80, 24), message_hook=told.append) as pilot:
        await pilot.pause()
        table = pilot.app.table
        await pilot.press("space", "space", "space")
        column = table.rows.columns[2]
        found = parse_filter("v00 < 50", table.rows.columns)
        table.show_query(TableQuery(found, (SortKey(column),)))
        await pilot.press("g", "space")
        await pilot.pause()
        assert marked(table) == [1, 98, 99, 100]
        table.show_query(TableQuery())
        with table.updating() as rows:
            rows.add_runs([RunRow(key(101), NOW, NOW)])
        await pilot.pause()
        await pilot.press("g")
        assert [run for run, mark in marks_shown(table).items() if mark == "◆"] == [
            "100",
            "99",
            "98",
        ]
        with table.updating() as rows:
            rows.remove_runs([key(99), key(1)])
        await pilot.pause()
        assert marked(table) == [98, 100] == sorted(k.run for k in table.rows.marked)
        counts = [len(m.marked) for m in told_of(RunTable.MarksChanged, told)]
        assert counts[-1] == 2


async def test_cursor_returns_to_its_cell_when_that_is_shown_again(pilot):
    table = pilot.app.table
    await pilot.press("j", "j", "l", "l")
    assert at(table) == (98, "v00")
    table.show_query(TableQuery(parse_filter("v00 < 50", table.rows.columns)))
    assert at(table) == (49, "v00")
    table.show_columns(ColumnLayout(hidden=frozenset({"v00"})))
    assert at(table) in [(49, "comment"), (49, "v01")]
    table.show_columns(ColumnLayout())
    table.show_query(TableQuery())
    assert at(table) == (98, "v00")


async def test_cursor_stays_where_it_was_moved_while_filtered(pilot):
    table = pilot.app.table
    table.show_query(TableQuery(parse_filter("v00 < 50", table.rows.columns)))
    await pilot.press("j")
    table.show_query(TableQuery())
    assert at(table) == (48, "start_time")


async def test_pinned_columns_stay_visible_when_scrolled(pilot):
    table = pilot.app.table
    table.show_columns(ColumnLayout(pinned=("v05", "comment")))
    await pilot.pause()
    assert "┃" in line(table, 1)
    await pilot.press("dollar_sign")
    await pilot.pause()
    titles = line(table, 1)
    assert "Title 05" in titles
    assert "Title 29" in titles
    assert "Title 00" not in titles
    assert titles.index("Title 05") < titles.index("Comment") < titles.index("┃")
    assert at(table) == (100, "v29")
    await pilot.press("0")
    await pilot.pause()
    assert at(table) == (100, "v05")
    await pilot.press("l", "l")
    await pilot.pause()
    assert at(table) == (100, "start_time")
    assert "Time" in line(table, 1)


async def test_pinned_columns_are_reduced_on_a_narrow_screen(pilot):
    table = pilot.app.table
    table.show_columns(ColumnLayout(pinned=tuple(f"v{i:02}" for i in range(9))))
    await pilot.resize_terminal(40, 12)
    await pilot.pause()
    assert 0 < table.view.pinned < 9
    await pilot.press("dollar_sign")
    await pilot.pause()
    assert "Title 29" in line(table, 1)
    await pilot.resize_terminal(12, 6)
    await pilot.pause()
    assert table.view.pinned == 0


async def test_hidden_columns_stay_hidden_until_shown_again(pilot):
    table = pilot.app.table
    names = [column.name for column in table.rows.columns]
    table.show_columns(ColumnLayout(hidden=frozenset(names[1:])))
    await pilot.pause()
    assert line(table, 1 if table.view.levels > 1 else 0).split() == ["Run", "│", "Time"]
    table.show_columns(ColumnLayout(hidden=frozenset(names)))
    await pilot.pause()
    await pilot.press("j", "l", "dollar_sign", "right_square_bracket", "greater_than_sign")
    await pilot.pause()
    assert (table.cursor.key.run, line(table, 2).split()) == (99, ["100"])
    table.show_columns(ColumnLayout())
    await pilot.pause()
    assert "Title 00" in line(table, 1)


async def test_keys_widen_and_narrow_columns():
    told = []
    async with TableApp().run_test(size=(80, 24), message_hook=told.append) as pilot:
        await pilot.pause()
        table = pilot.app.table
        await pilot.press("l", "l")
        usual = table.view.slots[2].width
        await pilot.press("greater_than_sign", "greater_than_sign", "less_than_sign")
        await pilot.pause()
        assert table.view.slots[2].width == usual + 2
        assert table.view.layout.widths == {"v00": usual + 2}
        await pilot.press(*["less_than_sign"] * 9)
        await pilot.pause()
        assert table.view.slots[2].width == 3
        assert "…" in line(table, 1)
        await pilot.press("underscore")
        await pilot.pause()
        assert (table.view.slots[2].width, table.view.layout) == (usual, ColumnLayout())
        assert len(told_of(RunTable.ColumnsChanged, told)) > 3


async def test_brackets_move_between_column_groups(pilot):
    table = pilot.app.table
    places = []
    for name in ["right_square_bracket"] * 4 + ["l"] + ["left_square_bracket"] * 2:
        await pilot.press(name)
        places.append(at(table)[1])
    assert places == ["comment", "v00", "v04", "v08", "v09", "v08", "v04"]
    await pilot.press(*["left_square_bracket"] * 9)
    assert at(table)[1] == "start_time"


# The mouse


async def test_click_on_a_title_requests_sorting():
    told = []
    async with TableApp().run_test(size=(80, 24), message_hook=told.append) as pilot:
        await pilot.pause()
        table = pilot.app.table
        await pilot.click(RunTable, offset=(table.view.slots[2].x + 1, 1))
        await pilot.pause()
        assert at(table) == (100, "v00")
        assert [m.name for m in told_of(RunTable.TitleClicked, told)] == ["v00"]


async def test_dragging_a_column_edge_widens_the_column():
    told = []
    async with TableApp().run_test(size=(80, 24), message_hook=told.append) as pilot:
        await pilot.pause()
        table = pilot.app.table
        slot = table.view.slots[2]
        edge = slot.x + slot.width
        await pilot.mouse_down(RunTable, offset=(edge, 1))
        await pilot.hover(RunTable, offset=(edge + 4, 1))
        await pilot.mouse_up(RunTable, offset=(edge + 4, 1))
        await pilot.pause()
        assert table.view.slots[2].width == slot.width + 4
        assert at(table) == (100, "start_time")
        assert len(told_of(RunTable.ColumnsChanged, told)) == 1
        assert not told_of(RunTable.TitleClicked, told)
        await pilot.click(RunTable, offset=(edge + 4, 1), times=2)
        await pilot.pause()
        assert table.view.slots[2].width == slot.width


async def test_click_with_ctrl_marks_a_run(pilot):
    await pilot.click(RunTable, offset=(2, 7), control=True)
    await pilot.pause()
    assert marked(pilot.app.table) == [96]


async def test_wheel_scrolls_vertically_and_with_shift_horizontally(pilot):
    table = pilot.app.table
    await pilot._post_mouse_events([ScrollDown], RunTable, offset=(20, 9), button=0)
    await pilot.pause()
    assert round(table.scroll_y) > 0
    assert at(table) == (100, "start_time")
    await pilot._post_mouse_events([ScrollDown], RunTable, offset=(20, 9), button=0, shift=True)
    await pilot.pause()
    assert "Time" not in line(table, 1)
    await pilot._post_mouse_events([ScrollUp], RunTable, offset=(20, 9), button=0, shift=True)
    await pilot.pause()
    assert "Time" in line(table, 1)


async def test_cell_under_the_mouse_is_described_until_a_key_is_pressed(pilot):
    table = pilot.app.table
    with table.updating() as rows:
        rows.add_columns([Column("v01", "Group 0/Title 01", "What it is.")])
    await pilot.pause()
    assert table.describe().place == "r100 · Time"
    slot = table.view.slots[3]
    await pilot.hover(RunTable, offset=(slot.x + 1, 8))
    await pilot.pause()
    assert table.describe().place == "r95 · Group 0/Title 01"
    await pilot.hover(RunTable, offset=(slot.x + 1, 1))
    await pilot.pause()
    assert table.describe()[:2] == ("Group 0/Title 01", "What it is.")
    await pilot.press("j")
    assert table.describe().place == "r99 · Time"
    assert at(table) == (99, "start_time")
