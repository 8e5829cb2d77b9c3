"""A savepoint for each foreign row, so that a failing one does not affect the others."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import DamnitError
from ..store import StoreError
from ..store.error_mapping import describe

log = logging.getLogger(__name__)


class RowFailed(DamnitError):  # noqa: N818 – house style
    """Raised when a row failed; its changes were rolled back, and the message says why."""


@contextmanager
def row_guard(con: sqlite3.Connection, what: str) -> Iterator[None]:
    """Process one row of the ledger.

    Args:
        con: A connection from `Ledger.writing`.
        what: Name of the row in the log.

    Raises:
        RowFailed: For any error caused by the row.
        StoreError: If the ledger itself cannot be written; not an error of the row.
        sqlite3.Error: The same, untranslated.
    """
    con.execute("SAVEPOINT one_row")
    try:
        yield
    except Exception as error:
        if _is_of_the_file(error):
            raise
        con.execute("ROLLBACK TO one_row")
        con.execute("RELEASE one_row")
        if isinstance(error, DamnitError):
            raise RowFailed(error.message, hint=error.hint) from error
        log.exception("%s failed", what)
        reason = f"It failed: {type(error).__name__}: {error}"
        raise RowFailed(reason) from error
    con.execute("RELEASE one_row")


def _is_of_the_file(error: Exception) -> bool:
    """Return True if an error is of the file or its disk: locked, full, damaged."""
    if isinstance(error, sqlite3.Error):
        return describe(error, Path(), 0.0) is not None
    return isinstance(error, StoreError)
