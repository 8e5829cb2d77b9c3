"""Migrate a database of an earlier format to the current one."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from itertools import count
from pathlib import Path

from ..permissions import file_bits
from . import format_zero, settings
from .creation import link_into_place, new_db_id, new_file_beside
from .database import DEFAULT_TIMEOUT_S, Database
from .errors import DatabaseExists, FormatTooNew
from .formats import read_format, require_readable
from .schema import FORMAT_VERSION, upgrade
from .views import rebuild_views


def migrate(path: Path, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Path | None:
    """Migrate a database of format 0 to 3 to the current one.

    A copy is made next to it first (`runs.v2-backup.sqlite`). All steps are one
    transaction: all or nothing, and only once if several programs try at the same
    time.

    Returns:
        Path of the copy; None if the database is up to date.

    Raises:
        StoreError: If its format is unknown, or it cannot be written.
    """
    database = Database(path, timeout_s=timeout_s)
    with database.translated(), closing(database.connect("rw")) as con:
        con.execute("PRAGMA foreign_keys = ON")
        con.execute("BEGIN IMMEDIATE")
        version = read_format(con, database.path)
        require_readable(con, version, database.path)
        if version == FORMAT_VERSION:
            return None
        if version > FORMAT_VERSION:
            raise FormatTooNew(database.path, version, "there is nothing to bring up to date")
        backup = _back_up(database, version)
        if version < 1:
            _upgrade_format_zero(con, database.path)
        else:
            upgrade(con, version)
        if settings.load_setting(con, settings.DB_ID) is None:
            settings.save_setting(con, settings.DB_ID, new_db_id())
        rebuild_views(con)
        con.execute("COMMIT")
    return backup


def _upgrade_format_zero(con: sqlite3.Connection, path: Path) -> None:
    runs, values = format_zero.load_rows(con, path)
    format_zero.remove_table(con)
    upgrade(con, 0)
    format_zero.save_rows(con, "main", runs, values)
    format_zero.define_variables(con, values)


def _back_up(database: Database, version: int) -> Path:
    """Copy the database while this transaction holds the lock, before it changes anything.

    With SQLite, not as a file: closing another descriptor of the file would drop the
    lock. With a second connection: SQLite does not copy from one that writes.
    """
    path = database.path
    mode = stat.S_IMODE(path.stat().st_mode) & file_bits(path.parent)
    with new_file_beside(path, mode) as unfinished:
        with closing(database.connect("ro")) as con, closing(sqlite3.connect(unfinished)) as copy:
            con.backup(copy)
        for number in count(1):
            suffix = "" if number == 1 else f"-{number}"
            backup = path.with_name(f"{path.stem}.v{version}-backup{suffix}{path.suffix}")
            try:
                link_into_place(unfinished, backup)
            except DatabaseExists:
                continue
            return backup
    raise AssertionError("count() ends never")
