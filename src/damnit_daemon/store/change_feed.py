"""Detect what other programs write to a database, without reading all of it again."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

from ..model import RunKey
from .change_tracker import OVERLAP_S, ChangeTracker
from .changes import Cell, Changes
from .database import Database
from .errors import DatabaseBusy, DatabaseMissing, DatabaseUnreadable
from .formats import read_format
from .sql import fetch_all

__all__ = ["OVERLAP_S", "ChangeFeed"]


CACHE_KB = 4000
"""Enough for one batch of reads, which visits its pages more than once."""


class ChangeFeed:
    """Watches a database through an idle connection; never blocks other programs.

    Poll `changed` often, it is cheap; when it returns True, `changes` reports what
    happened, at a cost that does not depend on the size of the database. `walk` yields
    the existing values in portions, and after each change scans all of them again. All
    raise `StoreError` while the database is missing, locked or unreadable, recover by
    themselves, and may be called from any thread. What an error kept from being reported
    is reported later: by the next call after a lock, by a fresh start (`is_new`) after
    any other error.

    Args:
        database: Database to watch.
        now: Clock.
    """

    def __init__(self, database: Database, *, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._con: sqlite3.Connection | None = None
        self._format = 0
        self._file: tuple[int, int] | None = None
        self._watch: ChangeTracker | None = None
        self._data_version: object = None

    def changed(self) -> bool:
        """Return True if anything was written since the last `changes`; True before the first."""
        with self._guarded():
            con = self._connection()
            watch = self._watch
            return watch is None or watch.has_more or _data_version(con) != self._data_version

    def restart(self) -> Changes:
        """Report all runs and columns as new; `walk` then yields all values."""
        with self._guarded():
            con = self._connection()
            self._watch = None
            return self._restart(con)

    def changes(self, near: Collection[RunKey] = ()) -> Changes:
        """Report what was written since the last call; the first call reports all as new.

        New values, and values rewritten in the newest runs, in `near` or close to a recent
        write, are reported at once, except large blobs of the same size, which `walk` reports
        with the rest.

        Args:
            near: Runs on screen or being processed.
        """
        with self._guarded():
            con = self._connection()
            if read_format(con, self._database.path) != self._format:
                # Migrated meanwhile: the tables this connection overlays exist now.
                self._close()
                con = self._connection()
            return self._poll(con, near)

    def walk(self, first_names: Collection[str] = ()) -> Changes | None:
        """Read the next portion, or scan for changes for some 15 ms; None if all is done.

        Starts after the first `changes`.

        Args:
            first_names: Variables whose values come before all others, if there are many
                to come; `ANY` stands for the texts and errors of all.
        """
        with self._guarded():
            if self._watch is not None and self._watch.is_done(self._data_version):
                return None  # called repeatedly while idle: does not access the database
            con = self._connection()
            if self._watch is None:
                return None
            watch = self._watch
            with self._transaction(con):
                found = watch.walk(con, self._data_version, first_names)
            return self._restart(con) if watch.went_back else found

    @property
    def has_all(self) -> bool:
        """True if `walk` has returned all existing values."""
        return self._watch is not None and self._watch.has_all

    def has_reported(self, first_names: Collection[str]) -> bool:
        """Return True if `walk` has returned the values of some variables, so they can be searched.

        Never blocks.
        """
        watch = self._watch
        return watch is not None and watch.has_reported(first_names)

    def unknown(self, cells: Iterable[Cell]) -> list[Cell]:
        """Return those cells that have no row, according to what was reported so far."""
        watch = self._watch
        return [] if watch is None else [cell for cell in cells if not watch.has_row(cell)]

    def close(self) -> None:
        """Close the connection; the next call opens a new one and starts afresh."""
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
            except BaseException:
                self._close()
                raise

    def _connection(self) -> sqlite3.Connection:
        """Return the idle connection, or a new one if the file was replaced."""
        file = self._identify_file()
        if self._con is None or file != self._file:
            self._close()
            self._con, self._format = self._database.open_reader()
            self._con.execute(f"PRAGMA cache_size = -{CACHE_KB}")
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
        self._watch = None

    def _poll(self, con: sqlite3.Connection, near: Collection[RunKey]) -> Changes:
        watch = self._watch
        if watch is None:
            return self._restart(con)
        with self._transaction(con) as version:
            self._data_version = version
            changes = watch.poll(con, near)
        return self._restart(con) if watch.went_back else changes

    def _restart(self, con: sqlite3.Connection) -> Changes:
        self._watch = None
        with self._transaction(con) as version:
            self._data_version = version
            self._watch = ChangeTracker(con, self._now())
        return self._watch.all_new()

    @contextmanager
    def _transaction(self, con: sqlite3.Connection) -> Iterator[object]:
        """Run all queries in one transaction, so that values, runs and columns are consistent.

        Yields the version of the data. Getting it waits for the lock, and may fail safely;
        an error after it leaves a tracker that has recorded changes it never reported.
        """
        con.execute("BEGIN")
        try:
            version = _data_version(con)
            try:
                yield version
            except BaseException:
                self._watch = None
                raise
        finally:
            try:
                if con.in_transaction:
                    con.execute("ROLLBACK")
            except BaseException:
                self._close()  # it would keep the lock
                raise


def _data_version(con: sqlite3.Connection) -> object:
    return fetch_all(con, "PRAGMA data_version")[0][0]
