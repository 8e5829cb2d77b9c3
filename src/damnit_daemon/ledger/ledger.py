"""Open a ledger: for reading, or for one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..store import Database, DatabaseExists, DatabaseMissing, NotADatabase
from ..store.creation import link_into_place, new_file_beside
from ..store.database import DEFAULT_TIMEOUT_S
from ..store.sql import fetch_all
from .errors import LedgerMissing, LedgerTooNew
from .lease import require_lease
from .schema import FORMAT_VERSION, add_tables, create_tables


class Ledger:
    """Ledger at a path; constructing one does not touch the file.

    Each use opens its own connection and closes it, so any thread may use it, and no
    half-read query blocks another host.

    Attributes:
        path: The file, `DamnitFolder.ledger`.
        timeout_s: How long to wait while another program holds the lock.
    """

    def __init__(self, path: Path, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> None:
        self.path = Path(path)
        self.timeout_s = timeout_s

    def exists(self) -> bool:
        """Return True if the file exists."""
        return self.path.is_file()

    def create(self) -> None:
        """Create it if it is missing: complete from the moment it appears.

        Raises:
            StoreError: If it cannot be written.
        """
        if self.exists():
            with self.writing() as con:
                add_tables(con)
            return
        with self._translated(), new_file_beside(self.path) as unfinished:
            with closing(sqlite3.connect(unfinished, isolation_level=None)) as con:
                con.execute("BEGIN IMMEDIATE")
                create_tables(con)
                con.execute("COMMIT")
            try:
                link_into_place(unfinished, self.path)
            except DatabaseExists:
                if not self.exists():  # a dangling link or a folder
                    raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open for reading; creates and changes nothing, works in a read-only folder.

        Raises:
            LedgerMissing: If it does not exist.
            StoreError: If it cannot be opened or read; the subclass says why.
        """
        with self._translated(), closing(self._database().connect_readable()) as con:
            con.execute("PRAGMA query_only = ON")
            self._require_format(con)
            yield con

    @contextmanager
    def writing(self, token: str | None = None) -> Iterator[sqlite3.Connection]:
        """Open for one transaction: committed at the end of the block, rolled back if it raises.

        The lock is taken at once, so what is read inside the block is still valid when it
        is written.

        Args:
            token: Token of the lease to write under; None for the app and the command
                line, which need none: they only add requests and edits.

        Raises:
            LeaseLost: If the lease is not held under this token; nothing is written.
            LedgerMissing: If it does not exist.
            StoreError: If it cannot be opened or written; the subclass says why.
        """
        with self._translated(), closing(self._database().connect("rw")) as con:
            con.execute("BEGIN IMMEDIATE")
            self._require_format(con)
            if token is not None:
                require_lease(con, token)
            yield con
            con.execute("COMMIT")

    def _database(self) -> Database:
        return Database(self.path, timeout_s=self.timeout_s)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with self._database().translated():
                yield
        except DatabaseMissing as error:
            raise LedgerMissing(self.path) from error

    def _require_format(self, con: sqlite3.Connection) -> None:
        try:
            rows = fetch_all(con, "SELECT value FROM meta WHERE key = 'format'")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            raise NotADatabase(self.path, "is not a ledger of damnit-daemon") from error
        version = rows[0][0] if rows else None
        if not isinstance(version, int):
            raise NotADatabase(self.path, f"has the unknown format {version!r}")
        if version > FORMAT_VERSION:
            raise LedgerTooNew(self.path, version)
