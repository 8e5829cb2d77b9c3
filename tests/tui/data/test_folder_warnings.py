"""Warnings on copied folders and on results that were set aside."""

from __future__ import annotations

import shutil

import pytest

from damnit_daemon.combine import quarantine
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store.identity import give_new_identity, note_place
from damnit_tui.daemon.screen import DaemonScreen
from damnit_tui.data.edit_commands import AddNote
from damnit_tui.data.edit_queue import EditQueue
from damnit_tui.data.folder_warnings import FolderWarnings, load_folder_warnings
from damnit_tui.widgets.status import StatusLines

from ..conftest import PROPOSAL, make_app, settle, until
from ..main.test_screen import text_of


@pytest.fixture
def copy(folder):
    note_place(folder)
    target = folder.path.with_name("copy")
    shutil.copytree(folder.path, target)
    return DamnitFolder(target)


def set_aside(folder, run):
    folder.extracted_data.mkdir(exist_ok=True)
    fragment = folder.extracted_data / f"p{PROPOSAL}_r{run}.abc.ready.h5"
    fragment.write_bytes(b"no HDF5")
    quarantine(fragment, "it is no HDF5 file")


def test_sound_folder_has_no_warnings(folder):
    note_place(folder)
    found = load_folder_warnings(folder)
    assert found == FolderWarnings()
    assert found.marks() == found.lines() == []


def test_copied_folder_has_a_warning_until_it_has_a_new_identity(folder, copy):
    found = load_folder_warnings(copy)
    assert found.copy_of == str(folder.path)
    assert found.marks() == ["⚠ copy"]
    ((label, told),) = found.lines()
    assert label == "Copy"
    assert str(folder.path) in told
    assert "damnit-daemon new-id" in told
    give_new_identity(copy)
    assert load_folder_warnings(copy) == FolderWarnings()


def test_folder_warning_names_runs_with_results_set_aside(folder):
    for run in (412, 411, 405):
        set_aside(folder, run)
    found = load_folder_warnings(folder)
    assert found.marks() == ["⚠ 3 set aside"]
    ((_, told),) = found.lines()
    assert told.startswith("3 fragments of runs 405, 411-412 damaged: ")
    assert "Reprocess runs 405, 411-412. " in told


def test_folder_warning_of_a_file_that_names_no_run_asks_for_no_reprocessing(folder):
    set_aside(folder, "unknown")
    ((_, told),) = load_folder_warnings(folder).lines()
    assert told.startswith("1 fragment damaged: ")
    assert "Reprocess" not in told


def test_unreadable_folder_has_no_warnings(tmp_path):
    assert load_folder_warnings(DamnitFolder(tmp_path / "gone")) == FolderWarnings()


async def test_folder_warnings_are_shown_in_status_lines_and_on_the_daemon_screen(copy):
    set_aside(copy, 412)
    app = make_app(copy)
    async with app.run_test(size=(120, 34)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: "⚠ copy  ⚠ 1 set aside" in text_of(app, StatusLines))
        await app.run_action("command('runs.daemon')", app.screen)
        await until(pilot, lambda: isinstance(app.screen, DaemonScreen))
        await until(pilot, lambda: app.screen._facts.warnings.copy_of)
        await pilot.pause()
        shown = " ".join(strip.text.strip() for strip in app.screen._compositor.render_strips())
        assert "with its identity" in shown
        assert "1 fragment of run 412 damaged: " in shown


def test_copy_of_a_folder_that_was_only_edited_in_the_app_is_noticed(folder, monkeypatch):
    monkeypatch.setenv("AMORE_BROKER", "none")
    queue = EditQueue(folder)
    queue.put(AddNote(1.0, "beam is back"))
    queue.stop()
    assert len(list(queue.outcomes())) == 1
    copy = shutil.copytree(folder.path, folder.path.with_name("copy"))
    assert load_folder_warnings(DamnitFolder(copy)).copy_of == str(folder.path)
    assert load_folder_warnings(folder).copy_of == ""
