"""How to open a run database: for reading, or for one transaction."""

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


def busy_timeout_s(given: str | None) -> float:
    """Seconds to wait for a lock: those given if they are a number in bounds, else DAMNIT's 30."""
    try:
        seconds = float(given or "")
    except ValueError:
        return 30.0
    return seconds if 0 <= seconds <= LONGEST_TIMEOUT_S else 30.0


DEFAULT_TIMEOUT_S = busy_timeout_s(os.environ.get(TIMEOUT_VARIABLE))
"""Seconds to wait for a lock; processes that ours start inherit it."""


class Database:
    """A run database by its path; making one touches nothing.

    Each use opens a connection of its own and closes it: on a file system that
    machines share, a connection with a half-read query blocks every writer.

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
            StoreError: If it cannot be opened or read; which one says why.
        """
        with self.translated():
            con, version = self.open_reader()
            try:
                with closing(con):
                    yield con
            except sqlite3.OperationalError as error:
                # A table or column that a future format no longer has.
                if version > FORMAT_VERSION and error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                    raise FormatTooNew(self.path, version, str(error)) from error
                raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open for one transaction: committed at the end of the block, undone if it raises.

        The lock is taken at once, so what is read inside the block still holds
        when it is written.

        Raises:
            StoreError: If it cannot be opened or written; which one says why.
        """
        with self.translated(), closing(self.connect("rw")) as con:
            con.execute("PRAGMA foreign_keys = ON")
            con.execute("BEGIN IMMEDIATE")
            require_current(read_format(con, self.path), self.path)
            yield con
            con.execute("COMMIT")

    def format_version(self) -> int:
        """Read the format number, of any format; 0 is the one before numbers.

        Raises:
            StoreError: If it cannot be read.
        """
        with self.translated(), closing(self.connect_readable()) as con:
            return read_format(con, self.path)

    def open_reader(self) -> tuple[sqlite3.Connection, int]:
        """Open a connection for reading that the caller closes; also gives the format.

        It may be used from one thread after the other, inside `translated`.
        """
        con = self.connect_readable()
        try:
            version = read_format(con, self.path)
            require_readable(version, self.path)
            if version < FORMAT_VERSION:
                overlay_missing(con)
            con.execute("PRAGMA query_only = ON")
        except BaseException:
            con.close()
            raise
        return con, version

    def translated(self) -> AbstractContextManager[None]:
        """Raise a `StoreError` in place of the SQLite errors that a person can mend."""
        return translated(self.path, self.timeout_s)

    def connect(self, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
        """Open the file without looking into it; never creates it."""
        return sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self.timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )

    def connect_readable(self) -> sqlite3.Connection:
        """Open read-only, undoing first what a program that died left half-written."""
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
