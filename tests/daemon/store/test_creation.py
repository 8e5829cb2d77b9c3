"""Creation of a run database."""

import os
import re
import sqlite3
import stat
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from damnit_daemon.store import (
    DatabaseExists,
    DatabaseReadOnly,
    StoreError,
    create_database,
    load_settings,
)

from .conftest import names_in, nobody_special


def test_new_database_has_settings_of_damnit(path):
    database = create_database(path, proposal=1234, context_python="/env/bin/python")

    with database.reading() as con:
        settings = load_settings(con)
    assert re.fullmatch("[0-9a-f]{40}", settings.pop("db_id"))
    assert settings == {
        "data_format_version": 4,
        "damnit_python": sys.executable,
        "concurrent_jobs": 15,
        "proposal": 1234,
        "context_python": "/env/bin/python",
    }


def test_new_database_without_proposal_has_no_such_setting(path):
    with create_database(path, proposal=None, context_python=None).reading() as con:
        assert not load_settings(con).keys() & {"proposal", "context_python"}


def test_each_new_database_has_its_own_id(tmp_path):
    ids = set()
    for name in ("a", "b"):
        database = create_database(tmp_path / name, proposal=1, context_python=None)
        with database.reading() as con:
            ids.add(load_settings(con)["db_id"])

    assert len(ids) == 2


def test_creation_leaves_no_other_file(database):
    assert names_in(database.path.parent) == ["runs.sqlite"]


@pytest.mark.parametrize(
    ("folder_mode", "file_mode"),
    [(0o2770, 0o660), (0o777, 0o666), (0o755, 0o644), (0o700, 0o600)],
)
def test_new_database_gets_permissions_of_folder(tmp_path, folder_mode, file_mode):
    folder = tmp_path / "amore"
    folder.mkdir()
    folder.chmod(folder_mode)
    before = os.umask(0o077)
    try:
        database = create_database(folder / "runs.sqlite", proposal=1, context_python=None)
    finally:
        os.umask(before)

    assert stat.S_IMODE(database.path.stat().st_mode) == file_mode
    assert stat.S_IMODE(folder.stat().st_mode) == folder_mode


def test_creation_refuses_existing_file(path):
    path.write_text("precious")
    path.chmod(0o600)

    with pytest.raises(DatabaseExists, match="exists already"):
        create_database(path, proposal=1, context_python=None)

    assert path.read_text() == "precious"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names_in(path.parent) == ["runs.sqlite"]


def test_creation_follows_no_dangling_symlink(path, tmp_path):
    path.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(DatabaseExists):
        create_database(path, proposal=1, context_python=None)

    assert not (tmp_path / "elsewhere").exists()


def test_creation_in_missing_folder_is_refused(tmp_path):
    with pytest.raises(StoreError, match="no folder"):
        create_database(tmp_path / "no" / "runs.sqlite", proposal=1, context_python=None)


def test_creation_in_unwritable_folder_is_refused(shared_folder):
    shared_folder.chmod(0o555)

    with nobody_special(), pytest.raises(DatabaseReadOnly):
        create_database(shared_folder / "runs.sqlite", proposal=1, context_python=None)


def create_or_open(path):
    """What several programs do that are started together."""
    try:
        create_database(path, proposal=1, context_python=None)
    except DatabaseExists:
        created = False
    else:
        created = True
    con = sqlite3.connect(path)
    tables = con.execute("SELECT count(*) FROM sqlite_master").fetchone()
    con.close()
    return created, tables


@pytest.mark.extended
def test_database_is_created_once_by_several_processes(path):
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(create_or_open, [path] * 12))

    assert [created for created, _ in results].count(True) == 1
    assert len({tables for _, tables in results}) == 1
