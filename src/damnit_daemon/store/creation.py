"""Create a new run database, complete from the moment it appears."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ..atomic_write import unfinished_file
from ..permissions import file_bits
from . import settings
from .database import DEFAULT_TIMEOUT_S, Database
from .error_mapping import describe_os_error, translated
from .errors import DatabaseExists
from .schema import create_tables


def create_database(path: Path, *, proposal: int | None, context_python: str | None) -> Database:
    """Create a run database for a folder.

    Args:
        path: Target; its folder must exist, the file must not.
        proposal: Proposal of the folder.
        context_python: Python that runs the context file; None for the daemon's.

    Raises:
        StoreError: If the path exists, or cannot be written.
    """
    path = Path(path)
    with translated(path, DEFAULT_TIMEOUT_S), new_file_beside(path) as unfinished:
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as con:
            con.execute("BEGIN IMMEDIATE")
            create_tables(con)
            _save_first_settings(con, proposal, context_python)
            con.execute("COMMIT")
        link_into_place(unfinished, path)
    return Database(path)


def new_db_id() -> str:
    """Generate the ID of a database in update messages."""
    import secrets  # slow to import, and only needed for a new database

    return secrets.token_hex(20)


@contextmanager
def new_file_beside(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Create an empty, hidden file next to a path; removed at the end of the block.

    Args:
        path: Path it will be renamed to.
        mode: Permission bits; by default those of the folder.

    Raises:
        StoreError: If the file system refuses.
    """
    try:
        with unfinished_file(path, file_bits(path.parent) if mode is None else mode) as unfinished:
            yield unfinished
    except OSError as error:
        raise describe_os_error(error, path) from error


def link_into_place(unfinished: Path, path: Path) -> None:
    """Give a finished file its name, unless that name exists.

    Raises:
        DatabaseExists: If it does.
    """
    try:
        os.link(unfinished, path)
    except FileExistsError as error:
        raise DatabaseExists(path) from error
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _save_first_settings(
    con: sqlite3.Connection, proposal: int | None, context_python: str | None
) -> None:
    first: dict[str, str | int | None] = {
        settings.DAMNIT_PYTHON: sys.executable,
        settings.CONCURRENT_JOBS: settings.DEFAULT_CONCURRENT_JOBS,
        settings.DB_ID: new_db_id(),
        settings.PROPOSAL: proposal,
        settings.CONTEXT_PYTHON: context_python,
    }
    for key, value in first.items():
        if value is not None:
            settings.save_setting(con, key, value)
