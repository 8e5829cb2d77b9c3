"""Noticing what other programs write into a database, without reading it all again."""

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
"""Enough for what is read at a time, which is gone through more than once."""


class ChangeFeed:
    """Watches a database through an idle connection; it blocks nobody.

    Ask `changed` often, it is cheap; when it says so, `changes` tells what
    happened, and what it costs does not depend on how much there is. `walk` gives
    the values there are, bit by bit, and after each change looks through all of them
    again. They raise `StoreError` while the database is missing, locked or
    unreadable and recover by themselves, and may be called from any thread. What an
    error kept from being told is told later: by the next call after a lock, by a
    start afresh (`is_new`) after anything else.

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
        self._watch: ChangeTracker | None = None
        self._data_version: object = None

    def changed(self) -> bool:
        """Tell whether anything was written since the last `changes`; true before the first."""
        with self._guarded():
            con = self._connection()
            watch = self._watch
            return watch is None or watch.has_more or _data_version(con) != self._data_version

    def restart(self) -> Changes:
        """Tell which runs and columns there are, all as new; `walk` then gives all values."""
        with self._guarded():
            con = self._connection()
            self._watch = None
            return self._begin_again(con)

    def changes(self, near: Collection[RunKey] = ()) -> Changes:
        """Tell what was written since the last call; the first time, that all is new.

        What is new, and what was written again in the newest runs, in some others or
        where something was just written, is told at once; the rest by `walk`.

        Args:
            near: The runs that somebody looks at or works on.
        """
        with self._guarded():
            con = self._connection()
            if read_format(con, self._database.path) != self._format:
                # It was brought up to date: what this connection makes up for is there now.
                self._close()
                con = self._connection()
            return self._look(con, near)

    def walk(self, asked: Collection[str] = ()) -> Changes | None:
        """Read on, or look on for changes, for some 20 ms; None if there is nothing to do.

        Begins after the first `changes`.

        Args:
            asked: The names of variables whose values are wanted before all others, if there
                are many to come; `ANY` stands for the texts and errors of all.
        """
        with self._guarded():
            if self._watch is not None and self._watch.is_done(self._data_version):
                return None  # asked again and again while nothing happens: nobody is asked
            con = self._connection()
            if self._watch is None:
                return None
            watch = self._watch
            with self._transaction(con):
                found = watch.walk(con, self._data_version, asked)
            return self._begin_again(con) if watch.went_back else found

    @property
    def has_all(self) -> bool:
        """Whether `walk` has given all the values there were."""
        return self._watch is not None and self._watch.has_all

    def has_told(self, asked: Collection[str]) -> bool:
        """Whether `walk` has given the values of some variables, so that one can search in them.

        Never waits.
        """
        watch = self._watch
        return watch is not None and watch.has_told(asked)

    def unknown(self, cells: Iterable[Cell]) -> list[Cell]:
        """Those of some cells that have no row, by what has been told until now."""
        watch = self._watch
        return [] if watch is None else [cell for cell in cells if not watch.has_row(cell)]

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
            except BaseException:
                self._close()
                raise

    def _connection(self) -> sqlite3.Connection:
        """Give the idle connection; another one if there is another file now."""
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

    def _look(self, con: sqlite3.Connection, near: Collection[RunKey]) -> Changes:
        watch = self._watch
        if watch is None:
            return self._begin_again(con)
        with self._transaction(con) as version:
            self._data_version = version
            changes = watch.look(con, near)
        return self._begin_again(con) if watch.went_back else changes

    def _begin_again(self, con: sqlite3.Connection) -> Changes:
        self._watch = None
        with self._transaction(con) as version:
            self._data_version = version
            self._watch = ChangeTracker(con, self._now())
        return self._watch.all_new()

    @contextmanager
    def _transaction(self, con: sqlite3.Connection) -> Iterator[object]:
        """One for all queries, so that values, runs and columns belong together.

        Gives the version of the data. That waits for the lock, and may fail without any
        harm; an error after it leaves a watch that has noted what it never told.
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
