"""Snapshots of editing and exporting. Look at a new one before keeping it."""

import pytest

from damnit_daemon.edit import Editor
from damnit_daemon.store import ValueEdit
from damnit_tui.dialogs.edit_conflict import ConflictDialog
from damnit_tui.dialogs.export_dialog import ExportDialog
from damnit_tui.dialogs.notes import NotesScreen
from damnit_tui.dialogs.user_variable import UserVariableForm
from damnit_tui.dialogs.variable_deletion import DeletionDialog
from damnit_tui.dialogs.variable_dialog import VariableDialog

from ..conftest import NOW, key, until
from ..main.test_cell_edit import screen_text, table_of, type_in
from .test_main import snap  # noqa: F401 – a fixture

SIZES = {"wide": (120, 30), "small": (80, 24)}


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setenv("AMORE_BROKER", "none")


@pytest.fixture(autouse=True)
def _always_there(monkeypatch, tmp_path):
    monkeypatch.setattr("pathlib.Path.cwd", lambda: type(tmp_path)("/gpfs/home/me"))


async def open_box(pilot, press, box):
    await pilot.press(press)
    await until(pilot, lambda: isinstance(pilot.app.screen, box))
    await pilot.pause()


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_edit_prompt_of_a_comment(snap, folder, size):  # noqa: F811
    async def before(pilot):
        table_of(pilot).move_to(key(410), "comment")
        await pilot.press("e")
        await type_in(pilot, " yes")

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
def test_edit_prompt_with_a_mistake_for_marked_runs(snap, folder):  # noqa: F811
    with_column(folder)

    async def before(pilot):
        table_of(pilot).move_to(key(412), "dose")
        await pilot.press("space")
        table_of(pilot).move_to(key(408), "dose")
        await pilot.press("space", "e")
        await type_in(pilot, "1,5")

    assert snap(folder, size=(80, 24), before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_edit_conflict_dialog(snap, folder, size):  # noqa: F811
    async def before(pilot):
        table_of(pilot).move_to(key(411), "comment")
        await pilot.press("e")
        await type_in(pilot, ", 9 keV")
        other = Editor(folder, author="you@there", clock=lambda: NOW - 20)
        other.set_values([ValueEdit(key(411), "comment", "first light", "first light!\nat last")])
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConflictDialog))

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_new_user_variable_form(snap, folder, size):  # noqa: F811
    async def before(pilot):
        await open_box(pilot, "A", VariableDialog)
        await open_box(pilot, "enter", UserVariableForm)
        await type_in(pilot, "Sample")
        await pilot.press("tab")

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
def test_user_variables_dialog(snap, folder):  # noqa: F811
    with_column(folder)

    async def before(pilot):
        await open_box(pilot, "A", VariableDialog)

    assert snap(folder, before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_variable_deletion_dialog(snap, folder, size):  # noqa: F811
    async def before(pilot):
        table_of(pilot).move_to(key(412), "ratio")
        await open_box(pilot, "delete", DeletionDialog)
        await type_in(pilot, "rat")
        await pilot.press("enter")

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_notes_screen(snap, folder, size):  # noqa: F811
    editor = Editor(folder, author="me@here")
    editor.add_note(NOW - 7200, "beam is back")
    editor.add_note(NOW - 3600, "door opened\nand closed \x1b[31m")

    async def before(pilot):
        await open_box(pilot, "o", NotesScreen)
        await until(pilot, lambda: "beam is back" in screen_text(pilot.app))
        await pilot.press("down")

    assert snap(folder, size=SIZES[size], before=before)


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_export_dialog(snap, folder, size):  # noqa: F811
    async def before(pilot):
        table_of(pilot).move_to(key(410), "comment")
        await pilot.press("space")
        await open_box(pilot, "O", ExportDialog)
        await pilot.press("tab", "tab", "right", "right", "right", "right")

    assert snap(folder, size=SIZES[size], before=before)


def with_column(folder):
    from damnit_daemon.model import VariableInfo

    editor = Editor(folder, author="me@here", clock=lambda: NOW)
    editor.define_variable(VariableInfo("dose", "Dose", "In mJ.", "number"))


@pytest.mark.extended
@pytest.mark.parametrize("size", SIZES)
def test_notes_between_the_runs(snap, folder, size):  # noqa: F811
    editor = Editor(folder, author="me@here", clock=lambda: NOW - 20)
    editor.add_note(NOW - 60, "beam is back")
    editor.add_note(
        NOW - 1700, "hutch search\nvacuum at 1e-6 mbar again, " + "we wait for Anna " * 9
    )
    editor.add_note(NOW - 1650, "\x1b[31mbeam lost")

    async def before(pilot):
        await until(pilot, lambda: table_of(pilot).lines.notes)
        table_of(pilot).move_to(key(410), "comment")
        await pilot.press("k")

    assert snap(folder, size=SIZES[size], before=before)
