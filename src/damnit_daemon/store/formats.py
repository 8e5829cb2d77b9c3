"""Detect the format of a database, and read older ones as if they were current."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from . import format_zero
from .errors import FormatTooNew, FormatTooOld, NotADatabase
from .schema import FORMAT_VERSION, create_run_tables, has_attributes


def read_format(con: sqlite3.Connection, path: Path) -> int:
    """Read the format number; 0 where it is missing, as before DAMNIT numbered formats.

    Raises:
        NotADatabase: If it is not a run database.
    """
    try:
        rows = con.execute("SELECT value FROM metameta WHERE key = 'data_format_version'")
        found = rows.fetchall()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise _no_tables(path) from error
    if not found:
        return 0
    try:
        return int(found[0][0])
    except (TypeError, ValueError) as error:
        raise NotADatabase(path, f"has the unknown format {found[0][0]!r}") from error


def _no_tables(path: Path) -> NotADatabase:
    if path.stat().st_size == 0:
        return NotADatabase(
            path,
            "is empty",
            hint="It is being created, or a program crashed while creating it: try again, then "
            "remove it.",
        )
    return NotADatabase(path, "is an SQLite database, but not of DAMNIT")


def require_readable(con: sqlite3.Connection, version: int, path: Path) -> None:
    """Refuse a database without a format number that has not the tables of format 0 either."""
    if version < 1 and not format_zero.is_format_zero(con):
        raise NotADatabase(path, "has no format number, and not the tables of format 0")


def require_current(version: int, path: Path) -> None:
    """Refuse to write any format but the current one."""
    if version < FORMAT_VERSION:
        raise FormatTooOld(path, version)
    if version > FORMAT_VERSION:
        raise FormatTooNew(path, version, "it is readable, but not writable")


def overlay_missing(con: sqlite3.Connection, version: int, path: Path) -> None:
    """Provide, for this connection only, what formats 0 to 3 lack.

    SQLite resolves names to temporary tables and views first, so queries for the
    current format work unchanged.
    """
    con.execute("PRAGMA temp_store = MEMORY")
    if version < 1:  # no program writes it any more: a copy of its runs stays valid
        create_run_tables(con, "temp")
        format_zero.save_rows(con, "temp", *format_zero.load_rows(con, path))
    elif not has_attributes(con):
        con.execute(
            "CREATE TEMP VIEW run_variables AS "
            "SELECT rowid, *, NULL AS attributes FROM main.run_variables"
        )
    tables = con.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
    if ("variable_tags",) not in tables:
        con.execute("CREATE TEMP TABLE tags(id, name)")
        con.execute("CREATE TEMP TABLE variable_tags(variable_name, tag_id)")
