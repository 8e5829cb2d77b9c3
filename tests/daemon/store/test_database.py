"""Access to the run database: reading, writing, formats."""

import signal
import sqlite3
import subprocess
import sys

import pytest

from damnit_daemon.model import RunRow
from damnit_daemon.store import (
    Database,
    DatabaseMissing,
    DatabaseReadOnly,
    FormatTooNew,
    FormatTooOld,
    create_database,
    ensure_run,
    load_runs,
    load_setting,
    save_setting,
)
from damnit_daemon.store.database import busy_timeout_s

from .conftest import KEY, names_in, nobody_special, query


def test_database_object_creates_no_file(path):
    Database(path)

    assert names_in(path.parent) == []


def test_reading_a_missing_database_does_not_create_it(path):
    with (
        pytest.raises(DatabaseMissing, match=r"no run database .*runs\.sqlite"),
        Database(path).reading(),
    ):
        pass
    with pytest.raises(DatabaseMissing), Database(path).writing():
        pass

    assert names_in(path.parent) == []


@pytest.mark.parametrize("name", ["a b", "50%", "why?", "#1", "ä", "a%20b"])
def test_database_path_may_have_any_characters(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    database = create_database(folder / "runs.sqlite", proposal=1, context_python=None)

    with database.reading() as con:
        assert load_setting(con, "proposal") == 1


def test_database_path_may_be_a_string(database):
    assert Database(str(database.path)).format_version() == 4


def test_written_run_is_read_back(database):
    with database.writing() as con:
        ensure_run(con, KEY, added_at=5.0)

    with database.reading() as con:
        assert load_runs(con) == [RunRow(KEY, None, 5.0)]


def test_exception_in_transaction_rolls_back(database):
    with pytest.raises(ZeroDivisionError), database.writing() as con:
        ensure_run(con, KEY, added_at=5.0)
        raise ZeroDivisionError

    with database.reading() as con:
        assert load_runs(con) == []


def test_reading_connection_cannot_write(database):
    with pytest.raises(DatabaseReadOnly), database.reading() as con:
        con.execute("DELETE FROM metameta")

    assert query(database.path, "SELECT count(*) FROM metameta") != [(0,)]


def test_writing_connection_locks_from_the_start(database, other):
    with database.writing(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")


def test_reading_connection_leaves_no_lock(database, other):
    with database.reading() as con:
        load_runs(con)
        other.execute("BEGIN EXCLUSIVE")
        other.execute("ROLLBACK")


def test_foreign_keys_are_enforced(database):
    with pytest.raises(sqlite3.IntegrityError), database.writing() as con:
        con.execute("INSERT INTO variable_tags VALUES ('nothing', 1)")


def test_newer_format_is_read_but_not_written(database):
    with database.writing() as con:
        save_setting(con, "data_format_version", 99)

    with database.reading() as con:
        assert load_runs(con) == []
    assert database.format_version() == 99
    with pytest.raises(FormatTooNew, match=r"99.*readable, but not writable"), database.writing():
        pass


def test_newer_format_without_known_tables_is_too_new(database):
    with database.writing() as con:
        save_setting(con, "data_format_version", 99)
        con.execute("ALTER TABLE run_info RENAME TO runs_of_the_future")

    with pytest.raises(FormatTooNew, match="no such table"), database.reading() as con:
        load_runs(con)


def test_missing_table_of_current_format_is_not_translated(database, other):
    other.execute("DROP TABLE time_comments")

    with (
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        database.reading() as con,
    ):
        con.execute("SELECT * FROM time_comments")


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_old_formats_are_read_but_not_written(make_old_database, version):
    database = Database(make_old_database(version))

    with database.reading() as con:
        assert [row.key for row in load_runs(con)] == [KEY]
    with (
        pytest.raises(FormatTooOld, match=rf"format {version}.*damnit-daemon migrate"),
        database.writing(),
    ):
        pass
    assert database.format_version() == version


def test_reading_changes_neither_file_nor_permissions(make_old_database):
    path = make_old_database(2)
    path.chmod(0o640)
    before = path.stat(), path.read_bytes()

    with Database(path).reading() as con:
        load_runs(con)

    after = path.stat(), path.read_bytes()
    assert after[0].st_mtime_ns == before[0].st_mtime_ns
    assert after[0].st_mode == before[0].st_mode
    assert after[1] == before[1]
    assert names_in(path.parent) == [path.name]


def test_database_in_read_only_folder_is_read(shared_folder):
    database = create_database(shared_folder / "runs.sqlite", proposal=1, context_python=None)
    shared_folder.chmod(0o555)

    with nobody_special(), database.reading() as con:
        assert load_setting(con, "proposal") == 1


KILLED_WRITER = """
import os, signal, sqlite3, sys
con = sqlite3.connect(sys.argv[1], isolation_level=None)
con.execute("PRAGMA cache_size = 1")
con.execute("BEGIN IMMEDIATE")
con.execute("UPDATE metameta SET value = 999 WHERE key = 'proposal'")
con.executemany("INSERT INTO time_comments VALUES (?, ?)", [(i, "x" * 4000) for i in range(99)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_a_writer(path):
    ended = subprocess.run([sys.executable, "-c", KILLED_WRITER, str(path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    # A hot journal: the database itself is half-written.
    assert path.with_name("runs.sqlite-journal").stat().st_size > 0


def test_half_written_transaction_of_killed_writer_is_rolled_back(database):
    kill_a_writer(database.path)

    with database.reading() as con:
        assert load_setting(con, "proposal") == 1234
    assert query(database.path, "SELECT count(*) FROM time_comments") == [(0,)]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(None, 30), ("", 30), ("lots", 30), ("nan", 30), ("-1", 30), ("1e9", 30), ("0.1", 0.1)],
)
def test_busy_timeout_from_environment_has_bounds(given, seconds):
    assert busy_timeout_s(given) == seconds
