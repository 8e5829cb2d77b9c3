"""The run table alone in an app: keys, mouse, cursor and messages."""

from datetime import UTC

import pytest

from damnit_daemon.model import Column, RunRow
from damnit_daemon.query import SortKey
from damnit_daemon.store import Note
from damnit_tui.data.daemon_activity import DaemonActivity, RunJob
from damnit_tui.state.column_layout import ColumnLayout
from damnit_tui.table.cells import CellAddress
from damnit_tui.table.query import TableQuery
from damnit_tui.table.widget import RunTable
from damnit_tui.themed_app import ThemedApp

from ..conftest import NOW, VARIABLES, key, make_app, settle, stored

COLUMNS = [Column(f"v{i:02}", f"Group {i // 4}/Title {i:02}") for i in range(30)]


class TableApp(ThemedApp):
    def __init__(self, busy=lambda: False):
        super().__init__()
        self.table = RunTable(clock=lambda: NOW, busy=busy)

        self.opened = []

    def on_run_table_note_opened(self, event):
        self.opened.append(event.note.text)

    def compose(self):
        yield self.table

    def on_mount(self):
        self.table.focus()
        with self.table.updating() as rows:
            rows.add_columns(COLUMNS)
            rows.add_runs([RunRow(key(run), NOW, NOW) for run in range(1, 101)])
        values = [stored(run + i / 4, f"v{i:02}", run) for run in range(1, 101) for i in range(30)]
        with self.table.updating() as rows:
            rows.set_complete([key(run) for run in range(1, 101)], values)


def at(table):
    return table.cursor.key.run, table.cursor.name


def line(table, y):
    return table.render_line(y).text


def shown_runs(table):
    return [k.run for k in table.view.shown_keys]


@pytest.fixture
async def pilot():
    async with TableApp().run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield pilot


@pytest.mark.extended
@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ([], (100, "start_time")),
        (["j"], (99, "start_time")),
        (["down", "down", "k"], (99, "start_time")),
        (["l", "l"], (100, "v00")),
        (["right", "right", "h"], (100, "comment")),
        (["k", "h"], (100, "start_time")),
        (["G"], (1, "start_time")),
        (["G", "g"], (100, "start_time")),
        (["dollar_sign"], (100, "v29")),
        (["dollar_sign", "0"], (100, "start_time")),
        (["end", "home"], (100, "start_time")),
        (["pagedown"], (79, "start_time")),
        (["pagedown", "pageup"], (100, "start_time")),
        (["ctrl+d"], (90, "start_time")),
        (["ctrl+d", "ctrl+u"], (100, "start_time")),
        (["4", "2", "G"], (42, "start_time")),
        (["1", "0", "G"], (10, "start_time")),
        (["4", "j", "G"], (1, "start_time")),
    ],
)
async def test_keys_move_the_cursor(pilot, keys, place):
    await pilot.press(*keys)
    await pilot.pause()
    assert at(pilot.app.table) == place


async def test_cursor_stays_on_the_screen(pilot):
    table = pilot.app.table
    for keys in (["G"], ["dollar_sign"], ["g"], ["0"], ["5", "5", "G"], ["dollar_sign"]):
        await pilot.press(*keys)
        await pilot.pause()
        assert table.cursor.key in table.view.shown_keys
        index = table.rows.column_index(table.cursor.name)
        (slot,) = [slot for slot in table.view.slots if slot.index == index]
        assert slot.width == table.view.fits[index].width


async def test_run_numbers_stay_visible_when_scrolled_right(pilot):
    table = pilot.app.table
    await pilot.press("dollar_sign")
    await pilot.pause()
    assert line(table, 1).startswith(" Run ")
    assert line(table, 3).startswith(" 100 ")
    assert "Title 29" in line(table, 1)
    assert "Group 7" in line(table, 0)


async def test_cursor_stays_on_its_run_when_runs_arrive(pilot):
    table = pilot.app.table
    await pilot.press("j", "j", "l", "l")
    with table.updating() as rows:
        rows.add_runs([RunRow(key(run), NOW, NOW) for run in (101, 102, 103)])
    await pilot.pause()
    assert at(table) == (98, "v00")
    assert shown_runs(table)[0] == 103


async def test_visible_rows_stay_in_place_when_runs_arrive(pilot):
    table = pilot.app.table
    await pilot.press("G")
    await pilot.pause()
    before = shown_runs(table)
    with table.updating() as rows:
        rows.add_runs([RunRow(key(run), NOW, NOW) for run in (101, 102, 103)])
    await pilot.pause()
    assert shown_runs(table) == before
    assert at(table) == (1, "start_time")


async def test_cursor_stays_on_its_variable_when_variables_arrive(pilot):
    table = pilot.app.table
    await pilot.press("l", "l", "l")
    with table.updating() as rows:
        rows.add_columns([Column("aaa", "Aaa"), Column("zzz", "Zzz")])
    await pilot.pause()
    assert at(table) == (100, "v01")
    assert "Aaa" in line(table, 1)


async def test_follow_mode_moves_the_cursor_to_new_runs(pilot):
    table = pilot.app.table
    await pilot.press("j", "j", "l", "l")
    table.follow = True
    with table.updating() as rows:
        rows.add_runs([RunRow(key(101), NOW, NOW)])
    await pilot.pause()
    assert at(table) == (101, "v00")


async def test_cursor_moves_to_a_neighbour_when_its_run_is_deleted(pilot):
    table = pilot.app.table
    await pilot.press("5", "0", "G")
    with table.updating() as rows:
        rows.remove_runs([key(50)])
    await pilot.pause()
    assert at(table)[0] in (49, 51)
    with table.updating() as rows:
        rows.remove_runs([key(run) for run in range(1, 101)])
    await pilot.pause()
    await pilot.press("j", "G", "x", "enter", "dollar_sign")
    assert table.cursor is None


async def test_only_changed_lines_are_repainted(pilot, monkeypatch):
    table = pilot.app.table
    painted = []
    refresh = table.refresh

    def noting(*regions, **more):
        painted.append(regions)
        return refresh(*regions, **more)

    monkeypatch.setattr(table, "refresh", noting)
    with table.updating() as rows:
        rows.add_values([stored(98.5, "v00", 98), stored(1.5, "v29", 3)])
    assert [region.y for regions in painted for region in regions] == [5]
    painted.clear()
    await pilot.press("j")
    await pilot.pause()
    cells = {(region.y, region.height) for regions in painted for region in regions}
    assert cells == {(3, 1), (4, 1)}
    assert all(region.width < 20 for regions in painted for region in regions)


async def test_changed_value_is_painted_at_once(pilot):
    table = pilot.app.table
    with table.updating() as rows:
        rows.add_values([stored("changed", "v00", 98)])
    await pilot.pause()
    assert "changed" in line(table, 5)
    with table.updating() as rows:
        rows.remove_values([(key(98), "v00")])
    await pilot.pause()
    assert "changed" not in line(table, 5)


async def test_click_moves_the_cursor_and_a_second_click_opens_the_cell(pilot):
    table = pilot.app.table
    slot = table.view.slots[2]
    opened = []
    table.action_inspect = lambda: opened.append(at(table))
    await pilot.click(RunTable, offset=(slot.x + 1, 7))
    await pilot.pause()
    assert at(table) == (96, "v00")
    await pilot.click(RunTable, offset=(slot.x + 1, 7), times=2)
    assert opened == [(96, "v00")]
    await pilot.click(RunTable, offset=(2, 9))
    await pilot.pause()
    assert at(table) == (94, "v00")
    await pilot.click(RunTable, offset=(table.view.slots[1].x, 1))
    await pilot.pause()
    assert at(table) == (94, "comment")


async def test_jump_to_a_missing_run_is_reported(pilot):
    table = pilot.app.table
    table.jump(4711)
    await pilot.pause()
    assert at(table) == (100, "start_time")
    assert [n.message for n in pilot.app._notifications] == ["Run 4711 is not in this table."]


async def test_cursor_row_stays_visible_when_the_table_becomes_lower(pilot):
    table = pilot.app.table
    await pilot.press(*["down"] * 18)
    assert not table.view.top
    await pilot.resize_terminal(80, 11)
    await pilot.pause()
    assert table.view.is_on_page(table._cursor.line)
    assert table.cursor.key in table.view.shown_keys


@pytest.mark.extended
async def test_table_survives_resizing_to_any_size(pilot):
    table = pilot.app.table
    before = [line(table, y) for y in range(24)]
    for size in ((1, 1), (3, 2), (200, 60), (12, 4), (80, 24)):
        await pilot.resize_terminal(*size)
        await pilot.pause()
        await pilot.press("l", "j", "k", "h")
        for y in range(size[1]):
            assert table.render_line(y).cell_length == table.scrollable_content_region.width
    await pilot.press("0", "g")
    await pilot.pause()
    assert [line(table, y) for y in range(24)] == before


@pytest.mark.extended
async def test_busy_terminal_gets_only_the_last_cursor_position():
    busy = True
    moved = []
    async with TableApp(busy=lambda: busy).run_test(
        size=(80, 24), message_hook=lambda m: moved.append(m)
    ) as pilot:
        await pilot.pause()
        table = pilot.app.table
        moved.clear()
        await pilot.press(*"jjjjjjjjjj")
        await pilot.pause()
        assert at(table) == (90, "start_time")
        assert not [m for m in moved if isinstance(m, RunTable.CursorMoved)]
        busy = False
        await pilot.pause(0.1)
        told = {m.address for m in moved if isinstance(m, RunTable.CursorMoved)}
        assert told == {CellAddress(key(90), "start_time")}


async def test_hidden_columns_are_not_painted_before_the_layout_is_updated(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        view = table.view
        assert len(view.slots) > 1
        view.layout = ColumnLayout(hidden=frozenset({"comment", *(c.name for c in VARIABLES)}))
        view.match_columns()  # and the screen is painted before anything else
        assert len(view.columns) < len(VARIABLES)
        assert table.renderer.header_pieces(None)
        assert table.renderer.run_pieces(key(412), None)


# Notes between the runs


@pytest.fixture
async def noted():
    """Runs of which each began a minute after the one before, and a note above run 99 and 97."""
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        with app.table.updating() as rows:
            rows.add_runs([RunRow(key(run), NOW + 60 * run, NOW) for run in range(1, 101)])
        notes = [Note(1, NOW + 60 * 97 + 5, "beam lost"), Note(2, NOW + 60 * 99 + 5, "back")]
        with app.table.updating():
            app.table.lines.set_notes(notes)
        await pilot.pause()
        yield pilot


async def test_click_on_a_note_selects_it_and_a_second_click_opens_it(noted):
    table = noted.app.table
    await noted.click(RunTable, offset=(30, table.view.header_height + 1), control=True)
    assert (table.note.text, table.cursor.key, table.marked) == ("back", key(99), frozenset())
    await noted.hover(RunTable, offset=(30, table.view.header_height + 4))
    assert table.describe().text == "beam lost"
    await noted.click(RunTable, offset=(30, table.view.header_height + 4), times=2)
    await noted.pause()
    assert noted.app.opened == ["beam lost"]
    await noted.press("l")
    assert (table.note, table.cursor.key) == (None, key(97))


async def test_pages_jumps_and_new_runs_move_the_cursor_from_a_note_to_a_run(noted):
    table = noted.app.table
    table.move_to_line(table.lines.notes[0])
    await noted.press("9", "8", "G")
    assert (table.note, table.cursor.key) == (None, key(98))
    await noted.press("k")
    assert (table.note, table.cursor.key) == (None, key(99))
    table.move_to_line(table.lines.notes[1])
    await noted.press("pagedown")
    assert table.note is None
    table.move_to_line(table.lines.notes[1])
    table.follow = True
    with table.updating() as rows:
        rows.add_runs([RunRow(key(101), NOW + 60 * 101, NOW)])
    assert (table.note, table.cursor.key) == (None, key(101))


async def test_range_over_notes_marks_only_runs(noted):
    table = noted.app.table
    await noted.press("V", "j", "j", "j", "j")
    assert table.note.text == "beam lost"
    await noted.press("V")
    assert table.marked == {key(100), key(99), key(98), key(97)}


async def test_tall_rows_scroll_in_whole_rows_with_the_cursor_visible(pilot):
    table = pilot.app.table
    await pilot.press("5", "0", "G", "H")
    await pilot.pause()
    assert table.view.row_height == 3
    y = next(y for y in range(24) if line(table, y).startswith("  50 "))
    assert line(table, y + 1).strip(" │") == line(table, y + 2).strip(" │") == ""
    assert line(table, y + 3).startswith("  49 ")
    for keys in (["G"], ["g"], ["pagedown"], ["ctrl+d"], ["H"], ["G"]):
        await pilot.press(*keys)
        await pilot.pause()
        row = table.rows.position(table.cursor.key) - round(table.scroll_y)
        assert 0 <= row < table.view.page
    assert table.view.row_height == 5
    assert line(table, 3 + 3 * 5).startswith("   1 ")
    await pilot.press("H")
    assert table.view.row_height == 1


async def test_click_on_any_line_of_a_tall_row_selects_its_run(pilot):
    table = pilot.app.table
    await pilot.press("H")
    await pilot.pause()
    for y, run in ((3, 100), (5, 100), (6, 99), (8, 99)):
        await pilot.click(RunTable, offset=(20, y))
        await pilot.pause()
        assert at(table)[0] == run


async def test_row_of_a_running_job_names_the_variable_being_computed():
    async with TableApp().run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        with table.updating() as rows:
            rows.add_runs([RunRow(key(run), None, NOW) for run in (101, 102)])
        jobs = {
            key(101): (RunJob("raw", NOW, names=None, computing=("v28", "v29")),),
            key(102): (RunJob("raw"),),
        }
        table.show_work(DaemonActivity(is_known=True, runs=jobs))
        await pilot.pause()
        assert "◐ Group 7/Title 28, Group 7/Title 29 " in line(table, 4)
        assert "◐" not in line(table, 3) + line(table, 5)
        table.move_to(key(101))
        await pilot.pause()
        cursor, named = line(table, 4).split("◐")
        assert cursor.startswith(" 101⚙ │         ")  # the cell under the cursor stays free
        assert named.startswith(" Group 7/Title 28")
        table.show_work(DaemonActivity(is_known=True))
        await pilot.pause()
        assert "◐" not in line(table, 4)


async def test_day_is_shown_where_it_changes():
    """Run 3 is of today, 1 and 2 are of yesterday."""
    async with TableApp().run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        table = pilot.app.table
        table.cells._zone = UTC
        with table.updating() as rows:
            rows.remove_runs(set(table.rows.all_keys))
        times = {1: NOW - 24 * 3600, 2: NOW - 13 * 3600, 3: NOW}
        with table.updating() as rows:
            rows.add_runs([RunRow(key(run), start, start) for run, start in times.items()])
        await pilot.pause()

        def days():
            """What stands before the time, and in which role."""
            found = (table.renderer.run_pieces(k, None)[4] for k in table.rows.keys)
            return [(piece.text, piece.role) for piece in found]

        assert days() == [("", "text"), ("13 Mar ", "text"), ("13 Mar ", "faint")]
        by_time = SortKey(Column("start_time", "Time"))
        table.show_query(TableQuery(sort=(by_time,)))
        await pilot.pause()
        assert days() == [("13 Mar ", "text"), ("13 Mar ", "faint"), ("14 Mar ", "text")]
