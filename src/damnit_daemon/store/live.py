"""Noticing what other programs write into a database, without reading it all again."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .changes import Changes, Look, Looker, all_new
from .database import Database
from .errors import DatabaseBusy, DatabaseMissing, DatabaseUnreadable, StoreError
from .formats import read_format
from .queries import fetch_all

OVERLAP_S = 120.0
"""How far back to look again: a value may be committed this long after the time it
carries (a writer may wait for the lock twice), and clocks differ."""


class LiveDatabase:
    """Watches a database through an idle connection; it blocks nobody.

    Ask `changed` often, it is cheap; when it says so, `changes` tells what
    happened. Both raise `StoreError` while the database is missing, locked or
    unreadable and recover by themselves. They may be called from any thread.
    What is committed after the first `changes` is not missed, so call that
    before loading a table.

    Args:
        database: What to watch.
        now: The clock.
    """

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._con: sqlite3.Connection | None = None
        self._format = 0
        self._file: tuple[int, int] | None = None
        self._looker = Looker()
        self._before: Look | None = None
        self._data_version: object = None

    def changed(self) -> bool:
        """Tell whether anything was written since the last `changes`; true before the first."""
        with self._guarded():
            con = self._connection()
            return self._before is None or _data_version(con) != self._data_version

    def changes(self) -> Changes:
        """Tell what was written since the last call; the first time, that all is new."""
        with self._guarded():
            con = self._connection()
            if read_format(con, self._database.path) != self._format:
                # It was brought up to date: what this connection makes up for is there now.
                self._close()
                con = self._connection()
            return self._look(con)

    def close(self) -> None:
        """Close the connection; the next call opens another and starts afresh."""
        with self._lock:
            self._close()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._lock:
            try:
                with self._database.translated():
                    yield
            except DatabaseBusy:
                raise
            except StoreError:
                self._close()
                raise

    def _connection(self) -> sqlite3.Connection:
        """Give the idle connection; another one if there is another file now."""
        file = self._identify_file()
        if self._con is None or file != self._file:
            self._close()
            self._con, self._format = self._database.open_reader()
            self._file = file
        return self._con

    def _identify_file(self) -> tuple[int, int]:
        path = self._database.path
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise DatabaseMissing(path) from error
        except OSError as error:
            raise DatabaseUnreadable(path) from error
        return status.st_dev, status.st_ino

    def _close(self) -> None:
        if self._con is not None:
            self._con.close()
        self._con = None
        self._before = None
        self._looker = Looker()

    def _look(self, con: sqlite3.Connection) -> Changes:
        # One transaction, so that values, runs and columns belong together.
        con.execute("BEGIN")
        try:
            return self._look_in_transaction(con)
        finally:
            if con.in_transaction:
                con.execute("ROLLBACK")

    def _look_in_transaction(self, con: sqlite3.Connection) -> Changes:
        data_version = _data_version(con)
        before = self._before
        newest = before.newest if before else _newest(con)
        # A clock that is ahead must not hide what the others write.
        since = min(newest, self._now()) - OVERLAP_S
        after = self._looker.look(con, before, since)
        changes = self._looker.compare(con, before, after, since) if before else all_new(after)
        self._before, self._data_version = after, data_version
        return changes


def _data_version(con: sqlite3.Connection) -> object:
    return fetch_all(con, "PRAGMA data_version")[0][0]


def _newest(con: sqlite3.Connection) -> float:
    sql = "SELECT coalesce(max(CAST(timestamp AS REAL)), 0.0) FROM run_variables"
    newest: float = fetch_all(con, sql)[0][0]
    return newest
