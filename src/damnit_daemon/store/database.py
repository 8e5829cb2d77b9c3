"""Open a run database: for reading, or for one transaction."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Literal

from .error_mapping import translated
from .errors import FormatTooNew
from .formats import overlay_missing, read_format, require_current, require_readable
from .schema import FORMAT_VERSION

TIMEOUT_VARIABLE = "DAMNIT_BUSY_TIMEOUT_S"
LONGEST_TIMEOUT_S = 3600.0


def busy_timeout_s(text: str | None) -> float:
    """Return the seconds to wait for a lock: `text` if a number in bounds, else DAMNIT's 30."""
    try:
        seconds = float(text or "")
    except ValueError:
        return 30.0
    return seconds if 0 <= seconds <= LONGEST_TIMEOUT_S else 30.0


DEFAULT_TIMEOUT_S = busy_timeout_s(os.environ.get(TIMEOUT_VARIABLE))
"""Seconds to wait for a lock; inherited by child processes."""


class Database:
    """Run database at a path; constructing one does not touch the file.

    Each use opens its own connection and closes it: on a file system shared between
    hosts, a connection with a half-read query blocks every writer.

    Attributes:
        path: The file.
        timeout_s: How long to wait while another program holds the lock.
    """

    def __init__(self, path: Path, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self.path = Path(path)
        self.timeout_s = timeout_s

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open for reading; creates and changes nothing, works in a read-only folder.

        Raises:
            StoreError: If it cannot be opened or read; the subclass says why.
        """
        with self.translated():
            con, version = self.open_reader()
            try:
                with closing(con):
                    yield con
            except sqlite3.OperationalError as error:
                # A table or column that a future format has dropped.
                if version > FORMAT_VERSION and error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                    raise FormatTooNew(self.path, version, str(error)) from error
                raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open for one transaction: committed at the end of the block, rolled back if it raises.

        The lock is taken at once, so what is read inside the block is still valid when it
        is written.

        Raises:
            StoreError: If it cannot be opened or written; the subclass says why.
        """
        with self.translated(), closing(self.connect("rw")) as con:
            con.execute("PRAGMA foreign_keys = ON")
            con.execute("BEGIN IMMEDIATE")
            require_current(read_format(con, self.path), self.path)
            yield con
            con.execute("COMMIT")

    def format_version(self) -> int:
        """Read the format number of any database; 0 for databases older than format numbers.

        Raises:
            StoreError: If it cannot be read.
        """
        with self.translated(), closing(self.connect_readable()) as con:
            return read_format(con, self.path)

    def open_reader(self) -> tuple[sqlite3.Connection, int]:
        """Open a connection for reading that the caller closes; also returns the format.

        It may be used from different threads in turn, inside `translated`.
        """
        con = self.connect_readable()
        try:
            version = read_format(con, self.path)
            require_readable(con, version, self.path)
            if version < FORMAT_VERSION:
                overlay_missing(con, version, self.path)
            con.execute("PRAGMA query_only = ON")
        except BaseException:
            con.close()
            raise
        return con, version

    def translated(self) -> AbstractContextManager[None]:
        """Raise a `StoreError` in place of the SQLite errors that a user can fix."""
        return translated(self.path, self.timeout_s)

    def connect(self, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
        """Open the file without reading it; never creates it."""
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self.timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )

    def connect_readable(self) -> sqlite3.Connection:
        """Open read-only, first rolling back what a dead program left half-written."""
        con = self.connect("ro")
        try:
            con.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.OperationalError as error:
            con.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
                raise
            with closing(self.connect("rw")) as writable:
                writable.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            return self.connect("ro")
        except BaseException:
            con.close()
            raise
        return con
