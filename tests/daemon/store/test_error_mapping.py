"""Translation of SQLite and file errors to errors for users."""

import errno
import os
import sqlite3

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.store import (
    Database,
    DatabaseBusy,
    DatabaseMissing,
    DatabaseReadOnly,
    DatabaseUnreadable,
    DiskFull,
    NotADatabase,
    StorageFailed,
    StoreError,
    create_database,
    load_runs,
    save_setting,
)
from damnit_daemon.store.error_mapping import describe_os_error, translated

from .conftest import nobody_special, query
from .test_database import kill_a_writer


def read(database):
    with database.reading() as con:
        return load_runs(con)


def write(database):
    with database.writing() as con:
        save_setting(con, "slurm_time", "02:00:00")


@pytest.fixture
def protected(shared_folder):
    """A database in a folder where nobody may write, nor in the file."""
    database = create_database(shared_folder / "runs.sqlite", proposal=1, context_python=None)
    database.path.chmod(0o444)
    shared_folder.chmod(0o555)
    return database


def test_read_during_commit_is_busy_after_timeout(database, other):
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(DatabaseBusy, match=r"locked for 0\.1 s.*Try again.*fuser"):
        read(database)


def test_write_during_another_write_is_busy_after_timeout(database, other):
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseBusy):
        write(database)


def test_commit_blocked_by_reader_rolls_back(database, other):
    other.execute("BEGIN")
    other.execute("SELECT * FROM metameta").fetchone()

    with pytest.raises(DatabaseBusy):
        write(database)

    other.execute("ROLLBACK")
    assert query(database.path, "SELECT * FROM metameta WHERE key = 'slurm_time'") == []


def test_read_succeeds_while_another_prepares_a_write(database, other):
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO run_info VALUES (1, 1, NULL, NULL)")

    assert read(database) == []


def test_write_succeeds_when_lock_is_released_within_timeout(database, other):
    from threading import Timer

    database.timeout_s = 30
    other.close()
    held = sqlite3.connect(database.path, isolation_level=None, check_same_thread=False)
    held.execute("BEGIN EXCLUSIVE")
    release = Timer(0.2, held.execute, ["COMMIT"])
    release.start()

    write(database)

    release.join()
    held.close()
    assert query(database.path, "SELECT count(*) FROM metameta WHERE key = 'slurm_time'") == [(1,)]


def test_folder_in_place_of_database_is_unreadable(path):
    path.mkdir()

    with pytest.raises(DatabaseUnreadable, match="Cannot read"):
        read(Database(path))


def test_file_in_place_of_folder_is_a_missing_database(tmp_path):
    (tmp_path / "amore").write_text("")

    with pytest.raises(DatabaseMissing):
        read(Database(tmp_path / "amore" / "runs.sqlite"))


def test_empty_file_is_no_database(path):
    path.touch()

    for use in (read, write):
        with pytest.raises(NotADatabase, match=r"is empty.*being created"):
            use(Database(path))
    assert path.stat().st_size == 0


def test_foreign_file_is_no_database(path):
    path.write_bytes(b"\x89HDF\r\n\x1a\n" * 1000)

    for use in (read, write):
        with pytest.raises(NotADatabase, match="is not an SQLite database") as error:
            use(Database(path))
        assert error.value.hint == "Move it away and restore a copy."


def test_sqlite_database_of_other_program_is_refused(path):
    con = sqlite3.connect(path)
    con.execute("CREATE TABLE bookmarks(url)")
    con.close()

    for use in (read, write):
        with pytest.raises(NotADatabase, match="but not of DAMNIT"):
            use(Database(path))


def test_database_with_invalid_format_is_refused(database, other):
    other.execute("UPDATE metameta SET value = 'four' WHERE key = 'data_format_version'")

    with pytest.raises(NotADatabase, match="'four'"):
        read(database)


def test_damaged_database_is_refused_with_remedy(database, other):
    rows = [(run,) for run in range(9999)]
    other.execute("BEGIN")
    other.executemany("INSERT INTO run_info VALUES (1, ?, NULL, NULL)", rows)
    other.execute("COMMIT")
    content = bytearray(database.path.read_bytes())
    content[4096 * 2 :] = b"\xff" * (len(content) - 4096 * 2)
    database.path.write_bytes(content)

    with pytest.raises(NotADatabase, match=r"damaged.*restore a copy"):
        read(database)


def test_database_without_read_permission_is_unreadable(shared_folder):
    database = create_database(shared_folder / "runs.sqlite", proposal=1, context_python=None)
    database.path.chmod(0o000)

    with nobody_special(), pytest.raises(DatabaseUnreadable, match="permission"):
        read(database)


def test_database_in_inaccessible_folder_is_unreadable(shared_folder):
    database = create_database(shared_folder / "runs.sqlite", proposal=1, context_python=None)
    shared_folder.chmod(0o600)

    with nobody_special(), pytest.raises(DatabaseUnreadable):
        read(database)


def test_database_without_write_permission_is_read_only(protected):
    with nobody_special(), pytest.raises(DatabaseReadOnly, match="is not writable"):
        write(protected)


def test_writable_database_in_unwritable_folder_is_read_only(protected):
    protected.path.chmod(0o666)

    with nobody_special(), pytest.raises(DatabaseReadOnly, match="folder must be writable"):
        write(protected)


def test_half_written_database_without_permission_is_read_only(protected):
    protected.path.chmod(0o644)
    protected.path.parent.chmod(0o755)
    kill_a_writer(protected.path)
    protected.path.parent.chmod(0o555)

    with nobody_special(), pytest.raises(DatabaseReadOnly, match="half-written"):
        read(protected)


def test_full_disk_leaves_database_unchanged(database):
    with (
        pytest.raises(DiskFull, match=r"No space left.*Nothing was changed"),
        database.writing() as con,
    ):
        save_setting(con, "slurm_time", "02:00:00")
        # SQLite's own limit: the error is that of a full disk.
        con.execute("PRAGMA max_page_count = 1")
        save_setting(con, "notes", "x" * 100_000)

    assert query(database.path, "SELECT * FROM metameta WHERE key = 'slurm_time'") == []


def test_io_error_of_sqlite_is_storage_failed(path):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE

    with pytest.raises(StorageFailed, match=r"disk I/O error.*quota"), translated(path, 1):
        raise error


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, StoreError),
        (errno.EACCES, DatabaseReadOnly),
        (errno.EROFS, DatabaseReadOnly),
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.ESTALE, StorageFailed),
    ],
)
def test_error_creating_a_file_is_translated(path, number, kind):
    error = describe_os_error(OSError(number, os.strerror(number)), path)

    assert type(error) is kind
    assert str(path.parent) in str(error)


def test_sql_error_is_not_translated(database):
    with (
        pytest.raises(sqlite3.OperationalError, match="syntax error"),
        database.reading() as con,
    ):
        con.execute("SELEKT")
    with pytest.raises(sqlite3.ProgrammingError), database.reading() as con:
        con.execute("SELECT ?")


def test_translated_errors_are_damnit_errors_with_hint(path):
    with pytest.raises(DamnitError) as caught:
        read(Database(path))

    assert caught.value.hint
