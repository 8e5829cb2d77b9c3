"""The identity of each cell while rows arrive, leave, are sorted, hidden or marked.

So is each note between the runs.
"""

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from damnit_daemon.model import Column, RunKey, RunRow
from damnit_daemon.query import SortKey, parse_filter
from damnit_daemon.store import Note
from damnit_tui.sanitize import as_line
from damnit_tui.state.column_layout import ColumnLayout
from damnit_tui.table.query import TableQuery
from damnit_tui.table.search import Search
from damnit_tui.table.selection import IN_RANGE, MARK
from damnit_tui.table.widget import RunTable

from ..conftest import NOW, stored
from ..painted import PaintedApp

NAMES = [f"v{i}" for i in range(8)]
TITLES = {name: f"G{i // 3}/T{i}" for i, name in enumerate(NAMES)}
TOLD = ["beam lost", "shutter\nclosed", "\x1b[2Jred", "木" * 50]
WORDS = ["dark", "木木木", "🙂 ok", "é", "x" * 40]


class Model:
    """What a plain reading of what was asked for gives."""

    def __init__(self):
        self.values = {}
        self.runs = set()
        self.marked = set()
        self.least = None
        self.sort = None
        self.choice = ColumnLayout()
        self.starts = {}
        self.notes = {}
        self.folded = False

    def number(self, run):
        value = self.values.get((run, "v0"))
        return value if isinstance(value, int | float) else None

    def shown_runs(self):
        runs = sorted(self.runs, reverse=True)
        if self.least is not None:
            runs = [r for r in runs if self.number(r) is not None and self.number(r) > self.least]
        if self.sort is not None:
            full = [run for run in runs if self.number(run) is not None]
            full.sort(key=self.number, reverse=self.sort)
            runs = full + [run for run in runs if self.number(run) is None]
        return runs

    def shown_lines(self):
        """Runs, and the numbers of notes: each above the last run that had begun by then."""
        runs = self.shown_runs()
        if self.folded or self.sort is not None or not runs:
            return [("run", run) for run in runs]
        of = {}
        for rowid, (at, _) in sorted(self.notes.items(), key=lambda item: (item[1][0], item[0])):
            begun = [run for run in self.runs if self.starts.get(run, 9e9) <= at]
            of.setdefault(max(begun, default=None), []).insert(0, ("note", rowid))
        lines = [line for run in runs for line in (*of.get(run, ()), ("run", run))]
        return lines + (of.get(None, []) if self.least is None else [])

    def shown_names(self):
        every = ["start_time", "comment", *NAMES]
        first = [*self.choice.pinned, *self.choice.order]
        names = list(dict.fromkeys([name for name in (*first, *every) if name in every]))
        return [name for name in names if name not in self.choice.hidden]


def expected(value):
    if value is None:
        return {"·", ""}
    if isinstance(value, int):
        return {str(value)}
    return {f"{value:.4f}"} if isinstance(value, float) else {value}


class TableApp(PaintedApp):
    def __init__(self):
        super().__init__()
        self.table = RunTable(clock=lambda: NOW)

    def compose(self):
        yield self.table

    def on_mount(self):
        self.table.focus()
        with self.table.updating() as rows:
            rows.add_columns([Column(name, TITLES[name]) for name in NAMES])


runs = st.integers(1, 25)
names = st.sampled_from(NAMES)
values = st.one_of(st.integers(-99, 9999), st.sampled_from([0.5, 12.25, *WORDS]))
steps = st.one_of(
    st.tuples(st.just("value"), runs, st.sampled_from(NAMES[1:]), values),
    st.tuples(st.just("value"), runs, st.just("v0"), st.integers(0, 9)),
    st.tuples(st.just("begun"), runs, st.integers(0, 30)),
    st.tuples(st.just("note"), st.integers(1, 6), st.integers(0, 30), st.sampled_from(TOLD)),
    st.tuples(st.just("unnoted"), st.integers(1, 6)),
    st.tuples(st.just("fold"), st.booleans()),
    st.tuples(st.just("gone"), runs, names),
    st.tuples(st.just("deleted"), runs),
    st.tuples(st.just("filter"), st.one_of(st.none(), st.integers(0, 6))),
    st.tuples(st.just("sort"), st.sampled_from([None, True, False])),
    st.tuples(st.just("press"), st.sampled_from([*"jkhlgGVa0xn", "dollar_sign", "space"])),
    st.tuples(st.just("press"), st.sampled_from(["pagedown", "]", "[", "<", ">", "_", "escape"])),
    st.tuples(st.just("pin"), names, st.booleans()),
    st.tuples(st.just("hide"), names, st.booleans()),
    st.tuples(st.just("move"), names, st.integers(-4, 4)),
    st.tuples(st.just("size"), st.sampled_from([(60, 14), (80, 24), (5, 2), (30, 8)])),
    st.tuples(st.just("search"), st.sampled_from(["dark", "木", "9"])),
)
KEYS = {
    "]": "right_square_bracket",
    "[": "left_square_bracket",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "_": "underscore",
}


async def carry_out(pilot, model, step):
    table, (what, *of) = pilot.app.table, step
    if what == "value":
        run, name, value = of
        model.values[run, name] = value
        model.runs.add(run)
        with table.updating() as rows:
            rows.add_values([stored(value, name, run)])
        table.rows.mark_complete([RunKey(1234, run)])
    elif what == "begun":
        model.starts[of[0]] = of[1]
        model.runs.add(of[0])
        with table.updating() as rows:
            rows.add_runs([RunRow(RunKey(1234, of[0]), of[1], None)])
        table.rows.mark_complete([RunKey(1234, of[0])])
    elif what in ("note", "unnoted", "fold"):
        if what == "note":
            model.notes[of[0]] = (of[1], of[2])
        elif what == "unnoted":
            model.notes.pop(of[0], None)
        else:
            model.folded = of[0]
        notes = [Note(rowid, float(at), text) for rowid, (at, text) in model.notes.items()]
        notes.sort(key=lambda note: (note.timestamp, note.rowid))
        with table.updating():
            table.lines.set_notes(notes)
            table.lines.folded = model.folded
    elif what == "gone":
        model.values.pop((of[0], of[1]), None)
        with table.updating() as rows:
            rows.remove_values([(RunKey(1234, of[0]), of[1])])
    elif what == "deleted":
        model.runs.discard(of[0])
        model.starts.pop(of[0], None)
        model.marked.discard(of[0])
        model.values = {cell: v for cell, v in model.values.items() if cell[0] != of[0]}
        with table.updating() as rows:
            rows.remove_runs([RunKey(1234, of[0])])
    elif what in ("filter", "sort"):
        if what == "filter":
            model.least = of[0]
        else:
            model.sort = of[0]
        found = None if model.least is None else f"v0 > {model.least}"
        column = Column("v0", TITLES["v0"])
        table.show_query(
            TableQuery(
                parse_filter(found, table.rows.columns) if found else None,
                () if model.sort is None else (SortKey(column, model.sort),),
            )
        )
    elif what == "press":
        await pilot.press(KEYS.get(of[0], of[0]))
        model.marked = {key.run for key in table.marked}
        model.choice = table.view.layout
    elif what == "size":
        await pilot.resize_terminal(*of[0])
    elif what == "search":
        table.show_search(Search((of[0],)))
    else:
        columns = table.rows.columns
        choice = model.choice
        if what == "pin":
            choice = choice.with_pinned(*of)
        elif what == "hide":
            choice = choice.with_hidden(of[0], hidden=of[1])
        else:
            choice = choice.moved(of[0], columns, of[1])
        model.choice = choice
        table.show_columns(choice)


def check(app, model):
    table, terminal = app.table, app.terminal
    assert [key.run for key in table.rows.keys] == model.shown_runs()
    assert [column.name for column in table.view.columns] == model.shown_names()
    assert {key.run for key in table.marked} == model.marked <= model.runs
    bottom = table.size.height
    for slot in table.view.slots:
        title = terminal.text(table.view.levels - 1, slot.x, slot.x + slot.width).strip()
        wanted = table.view.columns[slot.index].title.rpartition("/")[2]
        if table.view.header_height <= bottom:
            assert wanted.startswith(title.rstrip("…")), (title, wanted)
    top, lines = round(table.scroll_y), model.shown_lines()
    assert len(table.lines) == len(lines)
    if table.note is not None:
        above = lines.index(("note", table.note.rowid))
        below = [number for kind, number in lines[above:] if kind == "run"]
        assert table.cursor.key.run == (below or [model.shown_runs()[-1]])[0]
    frozen = table.view.frozen_width
    for y in range(table.view.header_height, bottom):
        place = top + y - table.view.header_height
        if place >= len(lines):
            break
        kind, run = lines[place]
        if kind == "note":
            check_note(
                table, terminal, y, model.notes[run][1], is_cursor=note_under_cursor(table) == run
            )
            continue
        label = terminal.text(y, 0, min(frozen, table.size.width - 1))
        if table.size.width > frozen + 1:
            assert label.strip("◆◇ ") == str(run)
            assert (label[0] == MARK) == (run in model.marked)
            assert (label[0] == IN_RANGE) <= (run not in model.marked)
        for slot in table.view.slots:
            name = table.view.columns[slot.index].name
            text = terminal.text(y, slot.x, slot.x + slot.width).strip()
            check_cell(text, slot.width, expected(model.values.get((run, name))), name)
            is_cursor = table.cursor == (RunKey(1234, run), name) and table.note is None
            backs = {look.back for look in terminal.looks(y, slot.x, slot.x + slot.width)}
            assert is_cursor == (backs == {cursor_back(table)}), (run, name, backs)


def note_under_cursor(table):
    return table.note.rowid if table.note else None


def check_note(table, terminal, y, text, *, is_cursor):
    width = table.size.width - table.scrollbar_size_vertical
    if width < 25:
        return
    shown = terminal.text(y, 0, width)
    assert shown.split()[0] == "¶"
    told = shown.partition("1970")[2].strip()
    whole = as_line(text)
    assert told == whole or (told.endswith("…") and whole.startswith(told[:-1].rstrip())), told
    start = table.view.frozen_width + 4
    backs = {look.back for look in terminal.looks(y, start, start + 10)}
    assert is_cursor == (backs == {cursor_back(table)})


def check_cell(text, width, wanted, name):
    if name in ("start_time", "comment"):
        return
    if text.endswith("…"):
        assert any(value.startswith(text[:-1].rstrip()) for value in wanted), (text, wanted)
    else:
        assert text in wanted or any(cell_len(value) > width for value in wanted), (text, wanted)


def cursor_back(table):
    red, green, blue = table.get_component_rich_style("role--cell-cursor").bgcolor.triplet
    return f"48;2;{red};{green};{blue}"


async def play(steps):
    app, model, home = TableApp(), Model(), None
    async with app.run_test(size=(60, 14)) as pilot:
        for step in [("value", 7, "v0", 5), ("value", 3, "v1", "dark"), *steps]:
            before, note = app.table.cursor, note_under_cursor(app.table)
            await carry_out(pilot, model, step)
            await pilot.pause()
            check(app, model)
            cursor = app.table.cursor
            if home is None or (cursor and step[0] == "press" and is_move(step[1], before, cursor)):
                home = cursor
            elif step[0] != "press" and ("note", note) in model.shown_lines():
                # It stays on the note, wherever that went.
                assert note_under_cursor(app.table) == note
                home = cursor
            elif home.key.run in model.shown_runs() and home.name in model.shown_names():
                assert cursor == home
            else:
                assert cursor is None or cursor.key.run in model.shown_runs()


def is_move(key, before, after):
    return before != after or key in "jkhlgG0" or key in ("dollar_sign", "space", "pagedown")


@pytest.mark.extended
@settings(
    max_examples=25,
    deadline=None,
    # Each step takes a moment: what was found is told as it is, not made smaller for minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.lists(steps, min_size=8, max_size=18))
@example(
    [
        *(("begun", 1, 2), ("note", 4, 5, "beam lost"), ("press", "pagedown"), ("press", "k")),
        *(("begun", 8, 18), ("note", 4, 28, "shutter\nclosed"), ("fold", True)),
    ]
)
@example(
    [
        *(("value", run, "v0", run % 10) for run in range(1, 20)),
        *(("press", key) for key in ("g", "j", "j", "l", "l", "space", "l")),
        *(("filter", 6), ("sort", True), ("hide", "v1", True), ("filter", None)),
        *(("pin", "v4", True), ("hide", "v1", False), ("deleted", 19), ("sort", None)),
    ]
)
@example(
    [
        *(("begun", run, 2 * run) for run in range(1, 20)),
        *(("note", number, 5 * number, TOLD[number % 4]) for number in range(1, 7)),
        *(("press", key) for key in ("g", "j", "j", "j", "j", "k", "space", "V", "pagedown")),
        *(("fold", True), ("fold", False), ("press", "j"), ("press", "j"), ("press", "j")),
        *(("sort", True), ("sort", None), ("unnoted", 5), ("note", 4, 30, "木" * 50)),
        *(("begun", 19, 1), ("filter", 3), ("filter", None), ("press", "a"), ("deleted", 7)),
    ]
)
@example(
    [
        *(("begun", run, run) for run in range(1, 6)),
        *(("note", 1, 3, "beam lost"), ("press", "g"), ("press", "j"), ("press", "j")),
        *(("press", "j"), ("note", 1, 3, "beam is back"), ("unnoted", 1), ("press", "l")),
    ]
)
def test_every_painted_cell_belongs_to_its_run_and_column(steps):
    asyncio.run(play(steps))
