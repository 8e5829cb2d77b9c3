"""Files of runs as last found by a job, to detect that a run has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from ..model import RunKey
from ..store.sql import Row, fetch_all
from .row_types import parse_rows, run_key, text

LARGEST = 2**63 - 1
"""Largest integer in SQLite."""
LONGEST_TEXT = 2000

TABLE = """CREATE TABLE IF NOT EXISTS files(
    proposal INTEGER NOT NULL, run INTEGER NOT NULL, data TEXT NOT NULL,
    number INTEGER NOT NULL, size_bytes INTEGER NOT NULL, newest_ns INTEGER NOT NULL,
    folder_ns INTEGER NOT NULL, unreadable TEXT NOT NULL, found_at REAL NOT NULL,
    PRIMARY KEY (proposal, run, data)) WITHOUT ROWID"""


@dataclass(frozen=True)
class TakenFiles:
    """Contents of a run's `raw` or `proc` folder when a job opened it."""

    number: int
    """Number of HDF5 files."""
    size_bytes: int
    newest_ns: int
    """Modification time of the newest file, Unix nanoseconds by the storage's clock."""
    folder_ns: int
    """Modification time of the folder itself."""
    unreadable: str = ""
    """Unreadable files and the reason, in a sentence."""

    def __post_init__(self) -> None:
        """Validate the numbers.

        Raises:
            ValueError: If one is not an integer, or out of bounds.
        """
        for number in (self.number, self.size_bytes, self.newest_ns, self.folder_ns):
            if type(number) is not int or not 0 <= number <= LARGEST:
                raise ValueError(f"{number!r} describes no files")
        if not isinstance(self.unreadable, str):
            raise ValueError("unreadable is no text")


def save_files(
    con: sqlite3.Connection, key: RunKey, data: str, files: TakenFiles, *, now: float
) -> None:
    """Record the files found by a job; replaces those of an earlier job."""
    con.execute(
        "INSERT OR REPLACE INTO files (proposal, run, data, number, size_bytes, newest_ns, "
        "folder_ns, unreadable, found_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *key,
            data,
            files.number,
            files.size_bytes,
            files.newest_ns,
            files.folder_ns,
            files.unreadable[:LONGEST_TEXT],
            now,
        ),
    )


def load_files(con: sqlite3.Connection) -> dict[tuple[RunKey, str], TakenFiles]:
    """Load the files found by jobs, of all runs."""
    sql = "SELECT proposal, run, data, number, size_bytes, newest_ns, folder_ns, unreadable"
    return dict(parse_rows(_parse, fetch_all(con, f"{sql} FROM files")))


def has_files(con: sqlite3.Connection, key: RunKey, data: str) -> bool:
    """Return True if a job found files of that kind."""
    sql = "SELECT 1 FROM files WHERE proposal = ? AND run = ? AND data = ? AND number > 0"
    return bool(fetch_all(con, sql, (*key, data)))


def load_unreadable(con: sqlite3.Connection) -> Mapping[RunKey, str]:
    """Load the runs with unreadable files, and the names of those files."""
    if not fetch_all(con, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'files'"):
        return {}  # from a daemon that did not check
    sql = "SELECT proposal, run, data, number, size_bytes, newest_ns, folder_ns, unreadable"
    rows = fetch_all(con, f"{sql} FROM files WHERE unreadable != '' ORDER BY data DESC")
    found: dict[RunKey, str] = {}
    for (key, data), files in parse_rows(_parse, rows):
        text = f"{data}: {files.unreadable}"
        found[key] = f"{found[key]} · {text}" if key in found else text
    return found


def _parse(row: Row) -> tuple[tuple[RunKey, str], TakenFiles]:
    proposal, run, data, *rest = row
    return (run_key(proposal, run), text(data)), TakenFiles(*rest)
