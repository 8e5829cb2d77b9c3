"""What the app says of a folder that is a copy, or where results were set aside."""

from __future__ import annotations

import shutil

import pytest

from damnit_daemon.combine import quarantine
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store.identity import give_new_identity, note_place
from damnit_tui.daemon.screen import DaemonScreen
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


def test_a_sound_folder_is_not_spoken_of(folder):
    note_place(folder)
    found = load_folder_warnings(folder)
    assert found == FolderWarnings()
    assert found.marks() == found.lines() == []


def test_a_copy_says_what_it_shares_until_it_has_its_own_identity(folder, copy):
    found = load_folder_warnings(copy)
    assert found.copy_of == str(folder.path)
    assert found.marks() == ["⚠ copy"]
    ((label, told),) = found.lines()
    assert label == "Copy"
    assert str(folder.path) in told
    assert "damnit-daemon new-id" in told
    give_new_identity(copy)
    assert load_folder_warnings(copy) == FolderWarnings()


def test_runs_whose_results_were_set_aside_are_named(folder):
    for run in (412, 411, 405):
        set_aside(folder, run)
    found = load_folder_warnings(folder)
    assert found.marks() == ["⚠ 3 set aside"]
    ((_, told),) = found.lines()
    assert told.startswith("3 fragments of runs 405, 411-412: damaged")
    assert "Reprocess runs 405, 411-412;" in told


def test_a_folder_that_cannot_be_read_is_no_warning(tmp_path):
    assert load_folder_warnings(DamnitFolder(tmp_path / "gone")) == FolderWarnings()


async def test_the_app_says_so_on_top_and_what_to_do_on_the_daemon_screen(copy):
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
        assert "1 fragment of run 412: damaged" in shown
