"""Editing cells, variables and notes on real databases with concurrent writers."""

import sqlite3
import time
from contextlib import closing
from random import Random

import pytest
from rich.cells import cell_len
from textual import events

from damnit_daemon.edit.deletion import delete_variable
from damnit_daemon.ledger import Ledger, load_edits
from damnit_daemon.model import VariableInfo
from damnit_daemon.store import (
    NewValue,
    ValueEdit,
    add_note,
    change_note,
    load_notes,
    load_plain,
    load_runs,
    load_variables,
    save_values,
)
from damnit_tui.data import edit_queue as edits_module
from damnit_tui.data.edit_commands import AddNote, ChangeVariable, DefineVariable
from damnit_tui.dialogs.confirm import ConfirmDialog
from damnit_tui.dialogs.edit_conflict import ConflictDialog
from damnit_tui.dialogs.notes import NotesScreen
from damnit_tui.dialogs.user_variable import UserVariableForm
from damnit_tui.dialogs.variable_deletion import DeletionDialog
from damnit_tui.dialogs.variable_dialog import VariableDialog
from damnit_tui.sanitize import visible
from damnit_tui.widgets.edit_prompt import EditPrompt
from damnit_tui.widgets.status import StatusLines

from ..conftest import NOW, PATIENCE_S, add_run, database_of, key, make_app, settle, until


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setenv("AMORE_BROKER", "none")


def cell(folder, run, name="comment"):
    with database_of(folder).reading() as con:
        return load_plain(con, key(run), name)


def definitions(folder):
    with database_of(folder).reading() as con:
        return {info.name: info for info in load_variables(con)}


def runs_of(folder):
    with database_of(folder).reading() as con:
        return load_runs(con)


def notes(folder):
    with database_of(folder).reading() as con:
        return [(note.timestamp, note.text) for note in load_notes(con)]


def screen_text(app):
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def notifications(app):
    return [note.message for note in app._notifications]


def table_of(pilot):
    return pilot.app.main_screen.table


async def replace(pilot, text):
    """Type something in place of what stands in the line."""
    await pilot.press("end", "ctrl+u")
    await type_in(pilot, text)


async def type_in(pilot, text):
    names = {" ": "space", ".": "full_stop", "-": "minus", ":": "colon", ",": "comma"}
    for character in text:
        await pilot.press(names.get(character, character))


async def edit(pilot, run, name, text):
    """Edit a cell as a user does, and wait until that is written."""
    table_of(pilot).move_to(key(run), name)
    await pilot.press("e")
    await replace(pilot, text)
    await pilot.press("enter")
    await written(pilot)


async def written(pilot):
    """Until what was ordered is in the database, and told."""
    await until(pilot, lambda: pilot.app.main_screen.session.edits.is_idle)
    await pilot.pause()


@pytest.mark.extended
async def test_comment_is_typed_and_stored(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await edit(pilot, 412, "comment", "beam is back")
        assert cell(folder, 412) == "beam is back"
        assert "beam is back" in screen_text(app)
        assert not app.main_screen.query(EditPrompt)
        assert app.focused is app.main_screen.table
    with Ledger(folder.ledger).reading() as con:
        (entry,) = load_edits(con)
    assert (entry.run_key, entry.old, entry.new) == (key(412), None, "beam is back")
    assert "@" in entry.author


INVISIBLE = (
    "👩\u200d🔬 shift",  # an emoji of two, joined
    "می\u200cخواهم",  # Persian: U+200C shapes the word
    "क्\u200dष",
    "Wellen\u00adlänge",
    "\ufefffrom Excel",
    "a\u202eb\u2066c",
    "bell\x07 tab\tcr\r\nnew line ⏎ ␛",
    "⚠\ufe0f beam 1\ufe0f\u20e3",
)


@pytest.mark.extended
@pytest.mark.parametrize("text", INVISIBLE)
async def test_edit_keeps_invisible_characters(folder, text):
    add_run(folder, 412, NewValue(key(412), "comment", text))
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "comment")
        await pilot.press("e")
        line = app.main_screen.query_one("EditPrompt Input")
        shown = line.render_line(0).text
        assert visible(shown) == shown
        assert line._position_to_cell(len(text)) == cell_len(shown.rstrip())
        await type_in(pilot, " x")
        await pilot.press("enter")
        await written(pilot)
    assert cell(folder, 412) == text + " x"


async def test_edit_stores_joiners_that_are_typed_or_pasted(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "comment")
        await pilot.press("e")
        app.focused.post_message(events.Paste("👩\u200d🔬\r\nand"))
        await pilot.pause()
        app.post_message(events.Key("zero_width_non_joiner", "\u200c"))
        await type_in(pilot, "b")
        await pilot.press("enter")
        await written(pilot)
    assert cell(folder, 412) == "👩\u200d🔬\nand\u200cb"


async def test_edit_prompt_shows_the_type_and_the_previous_value(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(409), "sample")
        await pilot.press("e")
        await pilot.pause()
        text = screen_text(app)
        assert "r409 · Sample" in text
        assert "was: LaB6" in text
        assert "text; empty clears" in text
        await pilot.press("escape")
        await pilot.pause()
        assert not app.main_screen.query(EditPrompt)
        assert cell(folder, 409, "sample") == "LaB6"


@pytest.mark.extended
async def test_keys_go_to_the_open_prompt_after_a_click_in_the_table(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        table = table_of(pilot)
        table.move_to(key(412), "comment")
        await pilot.press("e")
        await pilot.click(table, offset=(5, table.view.levels + 1))
        await type_in(pilot, ":report")
        assert app.screen.query_one(EditPrompt).text.endswith(":report")
        await pilot.press("escape")
        assert not app.screen.query(EditPrompt)
        assert app.focused is table


async def test_edit_keeps_line_breaks_of_a_comment(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(410), "comment")
        await pilot.press("e", "end", "ctrl+j", "o", "k", "enter")
        await written(pilot)
        assert cell(folder, 410) == "shutter?\nask Anna\nok"


@pytest.mark.extended
async def test_edit_prompt_validates_while_typing(folder):
    with database_of(folder).writing() as con:
        con.execute("INSERT INTO variables (name, type, title) VALUES ('n', 'integer', 'Count')")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "n")
        await pilot.press("e", "1", "x")
        await pilot.pause()
        assert "✗ a whole number is expected" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert app.main_screen.query(EditPrompt)
        await pilot.press("backspace", "2", "enter")
        await written(pilot)
        assert cell(folder, 412, "n") == 12


@pytest.mark.extended
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("xgm.intensity", "XGM/Intensity is computed by the context file"),
        ("start_time", "The start time is read from the run's data"),
    ],
)
async def test_cells_that_cannot_be_edited_name_the_reason(folder, name, why):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), name)
        await pilot.press("e")
        await pilot.pause()
        assert why in notifications(app)[-1]
        assert not app.main_screen.query(EditPrompt)


@pytest.mark.extended
async def test_edit_fills_marked_runs_with_one_value(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(411), "sample")
        await pilot.press("space")
        table_of(pilot).move_to(key(409), "sample")
        await pilot.press("space", "e")
        await pilot.pause()
        assert "Sample of 2 marked runs (without r408)" in screen_text(app)
        assert "was: 2 different values" in screen_text(app)
        await replace(pilot, "Si")
        await pilot.press("enter")
        await written(pilot)
        assert [cell(folder, run, "sample") for run in (412, 411, 410, 409, 408)] == [
            None,
            "Si",
            None,
            "Si",
            None,
        ]
        await pilot.press("u")
        await written(pilot)
        assert [cell(folder, run, "sample") for run in (411, 409)] == [None, "LaB6"]


async def mark(pilot, *runs, name="comment"):
    for run in runs:
        table_of(pilot).move_to(key(run), name)
        await pilot.press("space")


async def test_enter_in_the_prompt_of_runs_with_different_comments_changes_none(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        before = [cell(folder, run) for run in (411, 410)]
        assert len({*before}) == 2
        await mark(pilot, 411, 410)
        await pilot.press("e")
        await pilot.pause()
        assert app.main_screen.query_one(EditPrompt).text == ""
        assert "Comment of 2 marked runs" in screen_text(app)
        assert "was: 2 different values" in screen_text(app)
        assert "type to replace all 2; Enter keeps them" in screen_text(app)
        # An input that became empty again is none either.
        await pilot.press("x", "backspace", "enter")
        await written(pilot)
        assert [cell(folder, run) for run in (411, 410)] == before
        # A blank is explicit, and undone as one edit.
        await pilot.press("e", "space", "enter")
        await written(pilot)
        assert [cell(folder, run) for run in (411, 410)] == [None, None]
        await pilot.press("u")
        await written(pilot)
        assert [cell(folder, run) for run in (411, 410)] == before


@pytest.mark.extended
async def test_draft_of_one_run_is_not_offered_for_several(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.session.edits.drafts[key(410), "comment"] = "for 410"
        await mark(pilot, 411, 410)
        table_of(pilot).move_to(key(410), "comment")
        await pilot.press("e")
        await pilot.pause()
        assert app.main_screen.query_one(EditPrompt).text == ""
        await pilot.press("up")
        assert app.main_screen.query_one(EditPrompt).text == "for 410"


@pytest.mark.extended
async def test_edit_counts_marked_runs_that_are_filtered_out(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(411), "sample")
        await pilot.press("space", "space")
        await pilot.press("slash")
        await type_in(pilot, "run")
        await pilot.press("equals_sign", "4", "1", "1", "enter")
        await until(pilot, lambda: len(table_of(pilot).rows.keys) == 1)
        await pilot.press("e")
        await pilot.pause()
        assert "Sample of 2 marked runs (1 filtered out)" in screen_text(app)


@pytest.mark.extended
async def test_edits_are_undone_and_redone_one_by_one(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await edit(pilot, 412, "comment", "one")
        await edit(pilot, 412, "comment", "two")
        await edit(pilot, 409, "sample", "Si")
        seen = []
        for press in ("u", "u", "u", "u", "U", "U"):
            await pilot.press(press)
            await written(pilot)
            seen.append((cell(folder, 412), cell(folder, 409, "sample")))
        assert seen == [
            ("two", "LaB6"),
            ("one", "LaB6"),
            (None, "LaB6"),
            (None, "LaB6"),
            ("one", "LaB6"),
            ("two", "LaB6"),
        ]
        assert "Nothing to undo." in notifications(app)
        assert "Undone: r412 · Comment is empty" in notifications(app)


@pytest.mark.extended
async def test_edit_conflict_opens_a_dialog(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "comment")
        await pilot.press("e", "m", "i", "n", "e")
        edit_elsewhere(folder, 412, None, "theirs")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConflictDialog))
        await pilot.pause()
        assert "theirs" in screen_text(app)
        assert "mine" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert cell(folder, 412) == "theirs"
        # What was typed is not lost: it stands there again.
        await until(pilot, lambda: table_of(pilot).rows.value(key(412), "comment") is not None)
        await pilot.press("e")
        await pilot.pause()
        assert "› mine" in screen_text(app)


@pytest.mark.extended
async def test_edit_conflict_can_overwrite_the_other_value(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "comment")
        await pilot.press("e", "m", "i", "n", "e")
        edit_elsewhere(folder, 412, None, "theirs")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConflictDialog))
        await pilot.press("m")
        await until(pilot, lambda: cell(folder, 412) == "mine")
        await written(pilot)
        await pilot.press("u")
        await written(pilot)
        assert cell(folder, 412) == "theirs"


@pytest.mark.extended
async def test_edit_conflict_can_be_edited_again(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "comment")
        await pilot.press("e", "m", "i", "n", "e")
        edit_elsewhere(folder, 412, None, "theirs")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConflictDialog))
        await pilot.press("e")
        await until(pilot, lambda: bool(app.main_screen.query(EditPrompt)))
        await pilot.pause()
        assert "was: theirs" in screen_text(app)
        await pilot.press("exclamation_mark", "enter")
        await written(pilot)
        assert cell(folder, 412) == "mine!"


@pytest.mark.extended
async def test_undo_with_a_conflict_opens_a_dialog(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await edit(pilot, 412, "comment", "mine")
        edit_elsewhere(folder, 412, "mine", "theirs")
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, ConflictDialog))
        await pilot.press("escape")
        await pilot.pause()
        assert cell(folder, 412) == "theirs"
        assert app.main_screen.session.edits.drafts == {}


@pytest.mark.extended
async def test_two_apps_editing_one_cell_do_not_overwrite_each_other(folder):
    one, other = make_app(folder), make_app(folder)
    async with one.run_test(size=(120, 30)) as first, other.run_test(size=(120, 30)) as second:
        for pilot, text in ((first, "ab"), (second, "cd")):
            await settle(pilot)
            table_of(pilot).move_to(key(412), "comment")
            await pilot.press("e")
            await type_in(pilot, text)
        await first.press("enter")
        await written(first)
        await second.press("enter")
        await until(second, lambda: isinstance(other.screen, ConflictDialog))
        assert cell(folder, 412) == "ab"


@pytest.mark.extended
async def test_locked_database_delays_an_edit_without_losing_it(folder, monkeypatch):
    monkeypatch.setattr(edits_module, "TIMEOUT_S", 0.05)
    monkeypatch.setattr(edits_module, "RETRY_S", 0.05)
    app = make_app(folder)
    async with app.run_test(size=(140, 30)) as pilot:
        await settle(pilot)
        with closing(sqlite3.connect(folder.database, isolation_level=None)) as con:
            con.execute("BEGIN IMMEDIATE")
            table_of(pilot).move_to(key(412), "comment")
            await pilot.press("e", "o", "k", "enter")
            status = app.main_screen.query_one(StatusLines)
            await until(pilot, lambda: "✎ 1 edit waiting" in status.render().plain)
            assert "✎ ok" in screen_text(app)
            assert "Your edit is kept" in notifications(app)[-1]
            await pilot.press("j", "e", "h", "i", "enter")
            await until(pilot, lambda: "✎ 2 edits waiting" in status.render().plain)
            con.execute("ROLLBACK")
        await written(pilot)
        await until(pilot, lambda: "✎" not in screen_text(app))
        assert cell(folder, 412) == "ok"
        assert cell(folder, 411) == "first lighthi"


@pytest.mark.extended
async def test_edit_that_cannot_be_written_is_reported_and_kept(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "comment")
        await pilot.press("e", "o", "k")
        contents = folder.database.read_bytes()
        folder.database.write_bytes(b"something else" * 1000)
        await pilot.press("enter")
        await written(pilot)
        await until(
            pilot, lambda: any("Not saved: r412 · Comment" in t for t in notifications(app))
        )
        folder.database.write_bytes(contents)
        await pilot.press("e")
        await pilot.pause()
        assert "› ok" in screen_text(app)


@pytest.mark.extended
@pytest.mark.parametrize(
    "press", ["e", "u", "U", "A", "plus", "delete", "number_sign", "full_stop"]
)
async def test_editing_keys_report_read_only(folder, press):
    app = make_app(folder, read_only=True)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: bool(app.main_screen.edit_bar.edits.denied))
        table_of(pilot).move_to(key(412), "comment")
        await pilot.press(press)
        await pilot.pause()
        assert "It was opened with --read-only." in notifications(app)[-1]
        assert app.screen is app.main_screen
        assert "⊘ read-only" in screen_text(app)


@pytest.mark.extended
async def test_planned_runs_are_added_to_the_table(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("plus")
        await pilot.pause()
        assert "from run 413" in screen_text(app)
        await pilot.press("0", "enter", "backspace", "2", "enter")
        await written(pilot)
        with database_of(folder).reading() as con:
            assert {key(413), key(414)} < {run.key for run in load_runs(con)}
        await until(pilot, lambda: key(414) in table_of(pilot).rows)


# User variables


@pytest.mark.extended
async def test_user_variable_is_added_and_filled_in(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, VariableDialog))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, UserVariableForm))
        await type_in(pilot, "Dose")
        await pilot.press("tab", "tab", "left", "tab")
        await type_in(pilot, "In mJ")
        await pilot.press("tab")
        await type_in(pilot, "b, a")
        await pilot.press("enter")
        await written(pilot)
        assert definitions(folder)["dose"] == VariableInfo(
            "dose", "Dose", "In mJ", "number", ("a", "b")
        )
        await until(pilot, lambda: table_of(pilot).rows.column_index("dose") is not None)
        await edit(pilot, 412, "dose", "0.25")
        assert cell(folder, 412, "dose") == 0.25


@pytest.mark.extended
async def test_duplicate_name_or_title_of_a_user_variable_is_refused_while_typing(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("A", "enter")
        await until(pilot, lambda: isinstance(app.screen, UserVariableForm))
        await type_in(pilot, "Scan")
        await pilot.pause()
        assert "a column with this title" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, UserVariableForm)
        await pilot.press("2", "ctrl+s")
        await written(pilot)
        assert definitions(folder)["scan2"].type == "string"


@pytest.mark.extended
async def test_user_variable_is_changed(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(409), "sample")
        await pilot.press("A", "enter")
        await until(pilot, lambda: isinstance(app.screen, UserVariableForm))
        await replace(pilot, "Specimen")
        await pilot.press("enter")
        await written(pilot)
        assert definitions(folder)["sample"].title == "Specimen"
        assert cell(folder, 409, "sample") == "LaB6"


@pytest.mark.extended
async def test_variable_is_deleted_by_typing_its_name(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "ratio")
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(app.screen, DeletionDialog))
        await type_in(pilot, "rati")
        await pilot.press("enter")
        await pilot.pause()
        assert "The name does not match" in screen_text(app)
        assert "ratio" in definitions(folder)
        await pilot.press("o", "enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        assert "ratio" not in definitions(folder)
        assert cell(folder, 412, "ratio") is None
        await until(pilot, lambda: table_of(pilot).rows.column_index("ratio") is None)
        assert table_of(pilot).cursor.name != "ratio"
        assert "Ratio" not in screen_text(app).replace("Deleted ratio", "")


@pytest.mark.extended
async def test_deletion_of_a_variable_can_be_cancelled(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "ratio")
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(app.screen, DeletionDialog))
        await pilot.press("escape")
        await pilot.pause()
        assert "ratio" in definitions(folder)


# Notes


@pytest.mark.extended
async def test_note_is_added_changed_and_deleted(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        await type_in(pilot, "11:30 beam is back")
        await pilot.press("enter")
        await until(pilot, lambda: "beam is back" in screen_text(app))
        assert notes(folder) == [(NOW - 1800, "beam is back")]
        await pilot.press("down", "enter", "end", "exclamation_mark", "enter")
        await until(pilot, lambda: "beam is back!" in screen_text(app))
        await pilot.press("down", "delete")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: notes(folder) == [])
        await until(pilot, lambda: "No notes yet" in screen_text(app))
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main_screen


@pytest.mark.extended
async def test_notes_of_other_users_appear(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("o")
        await until(pilot, lambda: "No notes yet" in screen_text(app))
        with database_of(folder).writing() as con:
            con.execute("INSERT INTO time_comments VALUES (?, ?)", (int(NOW), "theirs \x1b[31m"))
        await until(pilot, lambda: "theirs ␛[31m" in screen_text(app))


def edit_elsewhere(folder, run, old, new):
    from damnit_daemon.edit import Editor

    editor = Editor(folder, author="you@there", clock=lambda: NOW)
    editor.set_values([ValueEdit(key(run), "comment", old, new)])


async def test_quitting_right_after_an_edit_stores_the_edit(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(412), "comment")
        await pilot.press("e", "o", "k", "enter", "q")
    await_writer(app)
    assert cell(folder, 412) == "ok"


def await_writer(app):
    """Until the thread that writes has ended, as the end of the process waits for it."""
    edits = app.main_screen.session.edits
    end = time.monotonic() + PATIENCE_S
    while edits.waiting:
        assert time.monotonic() < end, edits.waiting
        time.sleep(0.01)


@pytest.mark.extended
async def test_cancelled_text_is_offered_again_by_the_history(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(411), "comment")
        present = cell(folder, 411)
        await pilot.press("e", "end", "ctrl+u", "o", "k")
        await pilot.pause()
        drafts = app.main_screen.session.edits.drafts
        assert drafts == {(key(411), "comment"): "ok"}
        await pilot.press("escape")
        await pilot.pause()
        assert drafts == {}
        assert notifications(app)[-1] == "Not saved. Press e, then ↑ to get the text back."
        # It is not written by accident: the editor begins with the present value.
        await pilot.press("e")
        await pilot.pause()
        line = app.main_screen.query_one(EditPrompt)
        assert line.text == present
        await pilot.press("up")
        assert line.text == "ok"
        await pilot.press("down")
        assert line.text == present
        await pilot.press("up", "enter")
        await written(pilot)
        assert cell(folder, 411) == "ok"
        # Nothing is kept of a text that was not changed.
        await pilot.press("e", "escape")
        await pilot.pause()
        assert app.main_screen.edit_bar.histories == {"comment": ("ok",)}


@pytest.mark.extended
async def test_quitting_with_a_locked_database_asks_first(folder, monkeypatch):
    monkeypatch.setattr(edits_module, "TIMEOUT_S", 0.05)
    monkeypatch.setattr(edits_module, "RETRY_S", 0.05)
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        with closing(sqlite3.connect(folder.database, isolation_level=None)) as con:
            con.execute("BEGIN IMMEDIATE")
            table_of(pilot).move_to(key(412), "comment")
            await pilot.press("e", "o", "k", "enter")
            await until(pilot, lambda: app.main_screen.status.unwritten == 1)
            await pilot.press("q")
            await pilot.pause()
            assert app.is_running
            assert "Press q again to quit" in notifications(app)[-1]
            assert app.main_screen.session.edits.drafts == {(key(412), "comment"): "ok"}
            await pilot.press("q")
            con.execute("ROLLBACK")


@pytest.mark.extended
@pytest.mark.parametrize("seed", [1, 2])
async def test_edit_goes_to_the_cell_where_it_began_despite_changes(folder, seed):
    random = Random(seed)
    app = make_app(folder)
    model = {(409, "sample"): "LaB6", (411, "comment"): "first light"}
    model[410, "comment"] = "shutter?\nask Anna"
    async with app.run_test(size=(100, 20)) as pilot:
        await settle(pilot)
        table = table_of(pilot)
        for step in range(12):
            await pilot.press(*random.choices(["j", "k", "G", "g", "pagedown"], k=2))
            table.move_to(name=random.choice(["xgm.intensity", "ratio", "comment", "sample"]))
            await pilot.press(random.choice(["s", "minus", "x", "n"]))
            name = random.choice(["comment", "sample"])
            table.move_to(name=name)
            address = table.cursor
            await pilot.press("e", "end", "ctrl+u", *f"t{step}")
            # While it is typed: a run arrives, values change that the order depends on.
            add_run(folder, 413 + step, NewValue(key(413 + step), "ratio", random.random()))
            other = key(random.randrange(395, 413))
            with database_of(folder).writing() as con:
                save_values(con, [NewValue(other, "ratio", random.random())], now=NOW)
            await until(pilot, lambda new=413 + step: key(new) in table.rows)
            await pilot.press("enter")
            await written(pilot)
            model[address.key.run, name] = f"t{step}"
            if random.random() < 0.3:
                await pilot.press("u", "U")
                await written(pilot)
        found = {
            (run, name): cell(folder, run, name)
            for run in range(395, 413 + 12)
            for name in ("comment", "sample")
        }
        assert {at: value for at, value in found.items() if value is not None} == model


async def test_edit_of_a_variable_deleted_meanwhile_is_refused_and_kept(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        table_of(pilot).move_to(key(409), "sample")
        await pilot.press("e")
        await replace(pilot, "Si")
        delete_variable(folder, "sample")
        await pilot.press("enter")
        await until(pilot, lambda: any("Not saved" in text for text in notifications(app)))
        assert "sample" not in definitions(folder)
        assert cell(folder, 409, "sample") is None
        assert app.main_screen.session.edits.drafts[key(409), "sample"] == "Si"


def noted(app):
    """What the lines of notes between the runs say."""
    lines = [line.strip() for line in screen_text(app).split("\n")]
    return [line.split("  ")[-1].strip() for line in lines if line.startswith("¶ ")]


def note_elsewhere(folder, timestamp, text):
    with database_of(folder).writing() as con:
        return add_note(con, timestamp, text)


async def test_notes_of_all_users_stand_between_the_runs(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        begun = app.main_screen.table.rows.run(key(410)).start_time
        note_elsewhere(folder, begun + 1, "shutter\nclosed\x1b[2J")
        await until(pilot, lambda: noted(app) == ["shutter⏎closed␛[2J"])
        lines = screen_text(app).split("\n")
        place = next(y for y, line in enumerate(lines) if "shutter⏎" in line)
        assert lines[place - 1].split()[0] == "411"
        assert lines[place + 1].split()[0] == "410"


@pytest.mark.extended
async def test_cursor_moves_over_notes_which_are_edited_and_copied(folder):
    begun = {run.key: run.start_time for run in runs_of(folder)}
    note = note_elsewhere(folder, begun[key(410)] + 1, "shutter closed, " + "very " * 50 + "long")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: noted(app))
        table = table_of(pilot)
        table.move_to(key(411))
        await pilot.press("j")
        assert (table.note, table.cursor.key) == (note, key(410))
        assert "Note · " in screen_text(app)
        await pilot.press("space")  # nothing to mark: on to the run
        assert (table.note, table.cursor.key) == (None, key(410))
        assert not table.marked
        await pilot.press("k", "e")
        await replace(pilot, "open")
        await pilot.press("enter")
        await until(pilot, lambda: noted(app) == ["open"])
        assert notes(folder) == [(note.timestamp, "open")]
        assert table.note == note._replace(text="open")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NotesScreen))
        await pilot.press("escape", "e")
        await replace(pilot, "")
        await pilot.press("enter")
        await until(pilot, lambda: not noted(app))
        assert (table.note, table.cursor.key) == (None, key(410))


async def test_folded_notes_stay_folded_after_a_restart(folder):
    note_elsewhere(folder, NOW, "beam lost")
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: noted(app) == ["beam lost"])
        await pilot.press("z")
        await until(pilot, lambda: not noted(app))
        app.main_screen.session_state.save()
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: table_of(pilot).lines.notes)
        assert not noted(app)
        await pilot.press("z")
        await until(pilot, lambda: noted(app) == ["beam lost"])
        await pilot.press("s")
        await until(pilot, lambda: not noted(app))
        await pilot.press("z", "z")
        assert any("only when runs are sorted by time" in text for text in notifications(app))


async def test_changes_of_variables_and_notes_are_undone_and_redone(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        before = definitions(folder)["sample"]
        orders = [
            DefineVariable(VariableInfo("dose", "Dose", None, "number")),
            ChangeVariable(before, before._replace(title="Target")),
            AddNote(NOW, "beam lost"),
        ]
        for order in orders:
            app.main_screen.edit_bar.put(order)
        await written(pilot)
        await pilot.press("u", "u", "u")
        await until(pilot, lambda: "dose" not in definitions(folder))
        assert definitions(folder)["sample"] == before
        assert notes(folder) == []
        await until(pilot, lambda: "Undone: the variable Dose is removed" in notifications(app))
        await pilot.press("U", "U", "U")
        await until(pilot, lambda: notes(folder) == [(NOW, "beam lost")])
        assert definitions(folder)["dose"].type == "number"
        assert definitions(folder)["sample"].title == "Target"
        await until(pilot, lambda: "Dose" in screen_text(app))


@pytest.mark.extended
async def test_deletion_of_a_user_variable_is_undone(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await edit(pilot, 409, "sample", "Si")
        await pilot.press("delete")
        await until(pilot, lambda: isinstance(app.screen, DeletionDialog))
        await pilot.pause()
        assert "restored with u" in " ".join(screen_text(app).split())
        await type_in(pilot, "sample")
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main_screen)
        await until(pilot, lambda: "Sample" not in screen_text(app))
        await pilot.press("u")
        await until(pilot, lambda: cell(folder, 409, "sample") == "Si")
        await until(pilot, lambda: "Si" in screen_text(app))
        await pilot.press("u")  # the edit before it
        await until(pilot, lambda: cell(folder, 409, "sample") == "LaB6")


async def test_undo_refuses_a_note_changed_by_others(folder):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.main_screen.edit_bar.put(AddNote(NOW, "beam lost"))
        await written(pilot)
        with database_of(folder).writing() as con:
            (note,) = load_notes(con)
            change_note(con, note, "beam lost, of course")
        await pilot.press("u")
        await until(
            pilot,
            lambda: any("Another user has changed this note" in t for t in notifications(app)),
        )
        assert notes(folder) == [(NOW, "beam lost, of course")]
        await pilot.press("u")
        await until(pilot, lambda: "Nothing to undo." in notifications(app))


@pytest.mark.extended
async def test_enter_in_the_type_field_saves_a_new_user_variable(folder):
    app = make_app(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, VariableDialog))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, UserVariableForm))
        await type_in(pilot, "Dose")
        await pilot.press("tab", "tab", "n", "enter")
        await until(pilot, lambda: "dose" in definitions(folder))
        assert definitions(folder)["dose"].type == "number"


async def test_folder_that_vanished_can_be_edited_once_it_returns(folder, tmp_path):
    app = make_app(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        folder.path.rename(tmp_path / "elsewhere")
        await edit(pilot, 412, "comment", "gone")
        await until(pilot, lambda: any("Not saved" in text for text in notifications(app)))
        await app.workers.wait_for_complete(w for w in app.workers if w.group == "rights")
        (tmp_path / "elsewhere").rename(folder.path)
        await edit(pilot, 412, "comment", "back")
        assert cell(folder, 412) == "back"
        assert not app.main_screen.status.read_only
