"""Translate SQLite's error codes for users; errors caused by bugs pass unchanged."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import (
    DatabaseBusy,
    DatabaseMissing,
    DatabaseReadOnly,
    DatabaseUnreadable,
    DiskFull,
    NotADatabase,
    StorageFailed,
    StoreError,
)

_PRIMARY = 0xFF
RESTORE = "Move it away and restore a copy."
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}


@contextmanager
def translated(path: Path, timeout_s: float) -> Iterator[None]:
    """Raise a `StoreError` in place of the SQLite errors that a user can fix."""
    try:
        yield
    except sqlite3.Error as error:
        known = describe(error, path, timeout_s)
        if known is None:
            raise
        raise known from error


def describe(error: sqlite3.Error, path: Path, timeout_s: float) -> StoreError | None:
    """Return the matching `StoreError`; None for an error that indicates a bug."""
    extended: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE)
    code = extended & _PRIMARY
    if code in _BUSY:
        return DatabaseBusy(path, timeout_s)
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(path)
    if code == sqlite3.SQLITE_READONLY:
        return _describe_readonly(extended, path)
    if code == sqlite3.SQLITE_CANTOPEN:
        return _describe_cantopen(path)
    if code == sqlite3.SQLITE_NOTADB:
        return NotADatabase(path, "is not an SQLite database", hint=RESTORE)
    if code == sqlite3.SQLITE_CORRUPT:
        return NotADatabase(path, f"is damaged ({error})", hint=RESTORE)
    if code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOLFS}:
        return DatabaseUnreadable(path) if path.is_dir() else StorageFailed(path, str(error))
    if code in {sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}:
        return DatabaseReadOnly(path)
    return None


def describe_os_error(error: OSError, path: Path) -> StoreError:
    """Return why a file for the database could not be created."""
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return StoreError(f"There is no folder {path.parent}.", hint="Create it first.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return DatabaseReadOnly(path)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(path)
    return StorageFailed(path, error.strerror or str(error))


def _describe_readonly(extended: int, path: Path) -> StoreError:
    if extended == sqlite3.SQLITE_READONLY_ROLLBACK:
        return DatabaseReadOnly(
            path,
            "was left half-written by a crashed program, and you have no write permission to "
            "roll that back",
        )
    if extended == sqlite3.SQLITE_READONLY_DBMOVED:
        return DatabaseReadOnly(path, "was moved or removed while it was being written")
    return DatabaseReadOnly(path)


def _describe_cantopen(path: Path) -> StoreError:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return DatabaseMissing(path)
    except OSError:
        return DatabaseUnreadable(path)
    # Readable but not openable: the problem is the journal next to it.
    if path.is_file() and os.access(path, os.R_OK, effective_ids=True):
        return DatabaseReadOnly(path)
    return DatabaseUnreadable(path)
