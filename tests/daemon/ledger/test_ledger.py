"""The ledger file: creation, reading, writing and locks."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from threading import Timer

import pytest

from damnit_daemon.errors import DamnitError
from damnit_daemon.ledger import (
    LeaseLost,
    Ledger,
    LedgerMissing,
    LedgerTooNew,
    count,
    load_counters,
    load_lease,
    release,
)
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import DatabaseBusy, DatabaseReadOnly, NotADatabase, create_database

from ..store.conftest import names_in, nobody_special, query


def read(ledger):
    with ledger.reading() as con:
        return load_counters(con)


def write(ledger, token=None):
    with ledger.writing(token) as con:
        count(con, "written")


def test_ledger_object_creates_no_file(path):
    ledger = Ledger(path)

    assert not ledger.exists()
    for use in (read, write):
        with pytest.raises(LedgerMissing, match=r"no daemon has run here.*damnit-daemon start"):
            use(ledger)
    assert names_in(path.parent) == []


def test_ledger_is_daemon_sqlite_in_the_folder(tmp_path):
    assert DamnitFolder(tmp_path).ledger == tmp_path / "daemon.sqlite"


def test_creating_an_existing_ledger_keeps_it(ledger):
    write(ledger)

    ledger.create()

    assert read(ledger) == {"written": 1}
    assert names_in(ledger.path.parent) == ["daemon.sqlite"]


def test_new_ledger_gets_permissions_of_folder_and_rollback_journal(tmp_path):
    folder = tmp_path / "amore"
    folder.mkdir()
    folder.chmod(0o2770)
    before = os.umask(0o077)
    try:
        ledger = Ledger(folder / "daemon.sqlite")
        ledger.create()
    finally:
        os.umask(before)

    assert stat.S_IMODE(ledger.path.stat().st_mode) == 0o660
    assert query(ledger.path, "PRAGMA journal_mode") == [("delete",)]


def create_and_write(path):
    """What several programs do that are started together."""
    ledger = Ledger(path)
    ledger.create()
    write(ledger)


@pytest.mark.extended
def test_ledger_is_created_once_by_several_processes(path):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(create_and_write, [path] * 8))

    assert read(Ledger(path)) == {"written": 8}


def test_dangling_symlink_in_place_of_ledger_is_refused(path):
    path.symlink_to(path.with_name("elsewhere"))

    with pytest.raises(DamnitError, match="exists already"):
        Ledger(path).create()


def test_exception_in_ledger_transaction_rolls_back(ledger):
    with pytest.raises(KeyError), ledger.writing() as con:
        count(con, "written")
        raise KeyError

    assert read(ledger) == {}


def test_reading_connection_of_ledger_cannot_write(ledger):
    with pytest.raises(DatabaseReadOnly), ledger.reading() as con:
        count(con, "written")


def test_ledger_is_read_during_another_write(ledger, other):
    write(ledger)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE counters SET n = 99")

    assert read(ledger) == {"written": 1}


def test_ledger_write_waits_for_reader(ledger):
    ledger.timeout_s = 30.0
    reader = sqlite3.connect(ledger.path, isolation_level=None, check_same_thread=False)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM meta").fetchall()
    leave = Timer(0.2, reader.execute, ["COMMIT"])
    leave.start()

    write(ledger)

    leave.join()
    reader.close()
    assert read(ledger) == {"written": 1}


@pytest.mark.parametrize("use", [read, write])
def test_locked_ledger_is_busy_after_timeout(ledger, other, use):
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(DatabaseBusy, match=r"daemon\.sqlite.*stayed locked for 0\.1 s.*Try again"):
        use(ledger)


def test_read_only_ledger_is_read_but_not_written(shared_folder):
    ledger = Ledger(shared_folder / "daemon.sqlite")
    ledger.create()
    write(ledger)
    ledger.path.chmod(0o444)
    shared_folder.chmod(0o555)

    with nobody_special():
        assert read(ledger) == {"written": 1}
        with pytest.raises(DatabaseReadOnly):
            write(ledger)


KILLED_WRITER = """
import os, signal, sqlite3, sys
con = sqlite3.connect(sys.argv[1], isolation_level=None)
con.execute("PRAGMA cache_size = 1")
con.execute("PRAGMA cache_spill = 1")
con.execute("BEGIN IMMEDIATE")
con.executemany("INSERT INTO counters VALUES (?, 1)", [(f"{n:0500}",) for n in range(2000)])
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("use", [read, write])
def test_half_written_ledger_of_killed_writer_is_rolled_back(ledger, use):
    write(ledger)
    ended = subprocess.run([sys.executable, "-c", KILLED_WRITER, str(ledger.path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert ledger.path.with_name("daemon.sqlite-journal").stat().st_size > 0

    use(ledger)

    assert read(ledger).keys() == {"written"}


def test_ledger_of_newer_format_is_refused(ledger, other):
    other.execute("UPDATE meta SET value = 2 WHERE key = 'format'")

    for use in (read, write):
        with pytest.raises(LedgerTooNew, match=r"newer version \(format 2\)"):
            use(ledger)


def test_ledger_with_invalid_format_is_refused(ledger, other):
    other.execute("UPDATE meta SET value = 'x' WHERE key = 'format'")

    with pytest.raises(NotADatabase, match="'x'"):
        read(ledger)


def test_run_database_is_refused_as_ledger(path):
    create_database(path, proposal=1, context_python=None)

    with pytest.raises(NotADatabase, match="not a ledger"):
        read(Ledger(path))


def test_ledger_write_with_lease_token_succeeds(ledger, token):
    write(ledger, token)

    assert read(ledger) == {"written": 1}


def test_ledger_write_with_foreign_token_is_refused(ledger, token):
    with pytest.raises(LeaseLost, match=r"process 10 on here took over.*Nothing more was written"):
        write(ledger, "another")

    assert read(ledger) == {}


def test_ledger_write_with_released_lease_is_refused(ledger, token):
    with ledger.writing(token) as con:
        assert release(con, token)

    with pytest.raises(LeaseLost, match="it is free now"):
        write(ledger, token)
    with ledger.reading() as con:
        assert load_lease(con) is None


def test_sql_error_in_ledger_is_not_translated(ledger):
    with pytest.raises(sqlite3.OperationalError, match="syntax error"), ledger.reading() as con:
        con.execute("SELEKT")
