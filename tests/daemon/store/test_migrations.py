"""Migration of older databases to the current format."""

import os
import re
import sqlite3
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from damnit_daemon.model import VariableInfo
from damnit_daemon.store import (
    Database,
    DatabaseBusy,
    DatabaseMissing,
    DatabaseReadOnly,
    FormatTooNew,
    NewValue,
    NotADatabase,
    create_database,
    load_notes,
    load_runs,
    load_setting,
    load_value,
    load_values,
    load_variables,
    migrate,
    save_values,
    update_computed_variables,
)

from .conftest import KEY, STEPS, names_in, nobody_special, query, run_script
from .test_schema import COLUMNS, objects


def structure(path):
    """Tables and columns, indexes, trigger: what a format consists of."""
    columns = {
        table: query(path, "SELECT name, type FROM pragma_table_info(?)", table)
        for table in objects(path, "table")
    }
    return columns, objects(path, "index"), objects(path, "trigger"), objects(path, "view")


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_migrated_database_has_schema_of_a_new_one(make_old_database, tmp_path, version):
    path = make_old_database(version)

    migrate(path)

    new = create_database(tmp_path / "new.sqlite", proposal=1, context_python=None)
    assert structure(path) == structure(new.path)
    assert query(path, "SELECT value, typeof(value) FROM metameta WHERE key LIKE 'data_%'") == [
        (4, "integer")
    ]
    assert query(path, "PRAGMA journal_mode") == [("delete",)]
    assert query(path, "PRAGMA user_version") == [(0,)]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_migrated_database_keeps_values_and_is_writable(make_old_database, version):
    path = make_old_database(version)

    migrate(path)

    database = Database(path)
    with database.writing() as con:
        update_computed_variables(con, [VariableInfo("new", "New", tags=("xgm",))])
        save_values(con, [NewValue(KEY, "new", 1, attributes={"units": "J"})], now=1.8e9)
    with database.reading() as con:
        assert load_value(con, KEY, "energy").value == 9.3
        assert load_value(con, KEY, "new").attributes == {"units": "J"}
    assert query(path, "SELECT energy, new FROM runs") == [(9.3, 1)]
    assert query(path, "SELECT value FROM metameta WHERE key = 'db_id'") == [("c0ffee",)]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_migration_keeps_a_backup(make_old_database, tmp_path, version):
    path = make_old_database(version)
    path.chmod(0o640)
    tmp_path.chmod(0o770)
    before = "\n".join(sqlite3.connect(path).iterdump())

    backup = migrate(path)

    assert backup == tmp_path / f"runs.v{version}-backup.sqlite"
    assert "\n".join(sqlite3.connect(backup).iterdump()) == before
    # Neither more than the folder gives, nor more than the database had.
    assert stat.S_IMODE(backup.stat().st_mode) == 0o640
    assert names_in(tmp_path) == sorted([path.name, backup.name])


def test_migration_does_not_overwrite_earlier_backup(make_old_database, tmp_path):
    path = make_old_database(2)
    (tmp_path / "runs.v2-backup.sqlite").write_text("precious")

    assert migrate(path) == tmp_path / "runs.v2-backup-2.sqlite"
    assert (tmp_path / "runs.v2-backup.sqlite").read_text() == "precious"


def test_current_database_is_not_migrated(database):
    before = database.path.read_bytes()

    assert migrate(database.path) is None
    assert database.path.read_bytes() == before
    assert names_in(database.path.parent) == ["runs.sqlite"]


def test_half_done_migration_of_damnit_is_completed(make_old_database):
    path = make_old_database(1)
    run_script(path, "ALTER TABLE run_variables ADD COLUMN attributes")

    assert migrate(path).name == "runs.v1-backup.sqlite"
    assert structure(path)[0] == {
        table: columns for table, columns in COLUMNS.items() if table not in {"runs", "max_diffs"}
    }


def test_migration_adds_missing_view_and_id(make_old_database):
    path = make_old_database(3)
    run_script(path, "DROP VIEW runs; DELETE FROM metameta WHERE key = 'db_id'")

    migrate(path)

    assert query(path, "SELECT energy FROM runs") == [(9.3,)]
    ((db_id,),) = query(path, "SELECT value FROM metameta WHERE key = 'db_id'")
    assert re.fullmatch("[0-9a-f]{40}", db_id)


def test_concurrent_migrations_run_once(make_old_database, tmp_path):
    path = make_old_database(2)

    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as pool:
        backups = list(pool.map(migrate, [path] * 12))

    assert [backup for backup in backups if backup] == [tmp_path / "runs.v2-backup.sqlite"]
    assert Database(path).format_version() == 4


def test_failed_migration_changes_nothing(make_old_database):
    path = make_old_database(1)
    # The third step cannot be taken: an index is in the way of the table.
    run_script(path, "CREATE INDEX tags ON run_info (start_time)")
    before = list(sqlite3.connect(path).iterdump())

    with pytest.raises(sqlite3.OperationalError):
        migrate(path)

    assert list(sqlite3.connect(path).iterdump()) == before


def test_migration_of_locked_database_does_not_start(make_old_database):
    path = make_old_database(2)
    con = sqlite3.connect(path, isolation_level=None)
    con.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseBusy):
        migrate(path, timeout_s=0.1)

    con.close()
    assert names_in(path.parent) == ["runs.sqlite"]


V0_MORE = """
ALTER TABLE runs ADD COLUMN sample;
ALTER TABLE runs ADD COLUMN picture;
INSERT INTO variables VALUES ('sample', 'string', 'Sample', 'What is in', NULL);
INSERT INTO runs VALUES (1234, 8, 1700000500.0, 1700000600.0, 'dark', 9.5, 'LaB6', x'8004');
INSERT INTO runs VALUES (1234, 9, NULL, 1700000700.0, NULL, NULL, NULL, NULL);
INSERT INTO time_comments VALUES (1700000300, 'beam is back');
"""


def contents(path):
    with Database(path).reading() as con:
        values = {
            (v.key.run, v.name): (v.value, v.timestamp, v.provenance)
            for v in load_values(con, blobs=True)
        }
        runs = [(*row.key, row.start_time) for row in load_runs(con)]
        return runs, values, [note.text for note in load_notes(con)]


def test_format_0_is_read_as_it_is_after_its_migration(make_old_database):
    path = make_old_database(0)
    run_script(path, V0_MORE)
    results = path.parent / "extracted_data" / "p1234_r7.h5"
    results.parent.mkdir()
    results.touch()
    os.utime(results, (1700009000.0, 1700009000.0))
    before, old = path.read_bytes(), contents(path)
    assert path.read_bytes() == before
    assert old[0] == [(1234, 7, 1.7e9), (1234, 8, 1700000500.0), (1234, 9, None)]
    assert old[1] == {
        (7, "energy"): (9.3, 1700009000.0, "context.py"),
        (8, "energy"): (9.5, 1700000600.0, "context.py"),
        (8, "comment"): ("dark", 1700000600.0, "manual-input"),
        (8, "sample"): ("LaB6", 1700000600.0, "manual-input"),
        (8, "picture"): (b"\x80\x04", 1700000600.0, "context.py"),
    }
    backup = migrate(path)
    assert backup.name == "runs.v0-backup.sqlite"
    assert contents(path) == contents(backup) == old
    with Database(path).reading() as con:
        assert {(info.name, info.type) for info in load_variables(con)} == {
            ("sample", "string"), ("energy", None), ("picture", None)
        }  # fmt: skip
        assert load_setting(con, "proposal") == 1234
        assert len(load_setting(con, "db_id")) == 40
        assert con.execute("SELECT energy FROM runs WHERE run = 8").fetchall() == [(9.5,)]


def test_database_without_format_number_and_tables_of_format_0_is_refused(make_old_database):
    path = make_old_database(1)
    run_script(path, "DELETE FROM metameta")
    with pytest.raises(NotADatabase, match="no format number"):
        migrate(path)


def test_migration_of_newer_formats_is_refused(make_old_database):
    path = make_old_database(0)
    run_script(path, "INSERT INTO metameta VALUES ('data_format_version', 99)")
    with pytest.raises(FormatTooNew):
        migrate(path)


def test_migration_does_not_create_missing_database(path):
    with pytest.raises(DatabaseMissing):
        migrate(path)
    assert not path.exists()


def test_migration_in_unwritable_folder_is_refused(shared_folder):
    path = shared_folder / "runs.sqlite"
    run_script(path, STEPS[2])
    path.chmod(0o666)
    shared_folder.chmod(0o555)

    with nobody_special(), pytest.raises(DatabaseReadOnly):
        migrate(path)
    assert Database(path).format_version() == 2
