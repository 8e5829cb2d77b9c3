"""Folders copied together with their identity."""

from __future__ import annotations

import shutil

import pytest

from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store.identity import (
    NOTE,
    give_new_identity,
    load_identity,
    note_place,
    original_of,
)
from tests.daemon.builders import make_damnit_folder


@pytest.fixture
def folder(tmp_path):
    made = make_damnit_folder(tmp_path / "amore", "")
    note_place(made)
    return made


@pytest.fixture
def copy(folder):
    target = folder.path.with_name("copy")
    shutil.copytree(folder.path, target)
    return DamnitFolder(target)


def test_copied_folder_is_detected(folder, copy):
    assert original_of(folder) is None
    assert original_of(copy) == folder.path
    before = (copy.internals / NOTE).read_text()
    note_place(copy)
    assert (copy.internals / NOTE).read_text() == before


def test_new_identity_ends_copy_state(folder, copy):
    give_new_identity(copy)
    assert original_of(copy) is None
    assert load_identity(copy) != load_identity(folder)
    assert original_of(folder) is None


def test_moved_folder_is_no_copy(folder):
    moved = DamnitFolder(folder.path.with_name("moved"))
    folder.path.rename(moved.path)
    assert original_of(moved) is None
    note_place(moved)
    assert str(moved.path) in (moved.internals / NOTE).read_text()


@pytest.mark.parametrize("text", ["", "[]", '{"path": 5}', '{"path": "/", "db_id": "x"}', "\0"])
def test_invalid_identity_note_is_ignored(folder, text):
    (folder.internals / NOTE).write_text(text)
    assert original_of(folder) is None
