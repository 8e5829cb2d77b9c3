"""The early paint before the app is imported: equal to the app's, or empty."""

import fcntl
import os
import pty
import re
import struct
import termios
from contextlib import closing, contextmanager
from datetime import UTC
from sqlite3 import connect

import pytest

from damnit_tui import early_paint as module
from damnit_tui.data.session import Session
from damnit_tui.early_paint import TerminalInfo, as_sequences, paint
from damnit_tui.state.column_layout import ColumnLayout
from damnit_tui.state.column_selection import ColumnSelection
from damnit_tui.state.saved_state import SavedState
from damnit_tui.state.storage import folder_file, state_directory, write_json
from damnit_tui.state.view_state import ViewState

from .conftest import NOW, database_of, make_app, settle

SIZE = (100, 24)
BLOBS = frozenset({"xgm.trend", "agipd.preview"})
"""The app draws them a moment later."""


def first_page(folder):
    return Session(folder).first_page.load()


def painted(folder, kept=None, size=SIZE):
    look = first_page(folder)
    lines = paint(
        look, kept or SavedState(), TerminalInfo(*size), "here", clock=lambda: NOW, zone=UTC
    )
    return ["".join(piece.text for piece in line) for line in lines]


def keep(folder, kept):
    path = folder_file(state_directory(), first_page(folder).db_id, folder.path)
    write_json(path, kept.as_json(str(folder.path)))


@contextmanager
def terminal(width=SIZE[0], height=SIZE[1]):
    """A real one that nobody reads."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    try:
        with os.fdopen(theirs, "w") as file:
            yield file
    finally:
        os.close(ours)


def text_for(folder, **size):
    session = Session(folder)
    session.first_page.begin()
    session.first_page.peek(20)
    with terminal(**size) as file:
        return module._text(session, file, None)


async def test_early_paint_equals_the_table_of_the_app(folder):
    choice = ColumnLayout(hidden=BLOBS, pinned=("ratio",))
    kept = SavedState(ViewState(selection=ColumnSelection(choice)))
    keep(folder, kept)
    app = make_app(folder)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        table = app.main_screen.table
        lines = [table.render_line(y).text for y in range(table.size.height)]
        top = table.region.y
    early = painted(folder, kept)
    assert [line.rstrip() for line in early[top:]] == [
        line.rstrip() for line in lines[: len(early) - top]
    ]
    assert "410" in "".join(early)
    assert "Preview" not in "".join(early)


def test_early_paint_names_the_folder_and_that_the_app_is_starting(folder):
    lines = painted(folder)
    assert lines[0] == " p1234 · here"
    assert "starting" in lines[1]


@pytest.mark.parametrize("size", [(80, 24), (20, 5), (5, 2), (1, 1)])
def test_early_paint_fits_any_terminal_size(folder, size):
    text = text_for(folder, width=size[0], height=size[1])
    assert text.count("\r\n") == min(size[1], len(painted(folder, size=size))) - 1


def test_early_paint_is_empty_for_a_filtered_or_sorted_view(folder):
    assert "412" in text_for(folder)
    keep(folder, SavedState(ViewState(filter="run > 405")))
    assert text_for(folder) == ""
    keep(folder, SavedState(ViewState(sort="ratio")))
    assert text_for(folder) == ""


def test_early_paint_is_empty_without_a_database(empty_folder):
    assert text_for(empty_folder) == ""


def test_early_paint_does_not_wait_for_a_locked_database(folder):
    session = Session(folder)
    with closing(connect(folder.database)) as other:
        other.execute("BEGIN EXCLUSIVE")
        session.first_page.begin()
        with terminal() as file:
            assert module._text(session, file, None) == ""
        other.rollback()
    assert session.first_page.load().runs


def test_early_paint_is_empty_for_a_damaged_state_file(folder):
    keep(folder, SavedState())
    path = folder_file(state_directory(), first_page(folder).db_id, folder.path)
    path.write_text("{")
    assert text_for(folder) == ""
    assert path.read_text() == "{"


def test_early_paint_escapes_control_characters(folder):
    with database_of(folder).writing() as con:
        con.execute("update variables set title = ? where name = 'ratio'", ("\x1b]0;x\x07\x9b2J",))
    text = text_for(folder)
    known = re.sub(r"\x1b\[[0-9;?]*[mHKhl]|\r\n", "", text)
    assert known.isprintable()
    assert "]0;x" in known


def test_early_paint_has_no_colours_with_no_color(folder):
    look = first_page(folder)
    for has_colours in (True, False):
        paper = TerminalInfo(*SIZE, has_colours, has_colours)
        text = as_sequences(paint(look, SavedState(), paper, "here"), paper)
        assert bool(re.search(r"\x1b\[[0-9;]*(3[0-9]|48);?", text)) is has_colours
