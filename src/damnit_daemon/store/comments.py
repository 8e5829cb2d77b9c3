"""Comments attached to a time rather than a run (DAMNIT's `time_comments`)."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from .errors import StoreError
from .json_text import clean_text
from .sql import fetch_all


class Note(NamedTuple):
    """Stand-alone comment."""

    rowid: int
    """Its only key."""
    timestamp: float
    """Time it refers to, Unix seconds UTC."""
    text: str


def load_notes(con: sqlite3.Connection) -> list[Note]:
    """Load all stand-alone comments by time; none if the table is missing."""
    if not fetch_all(con, "SELECT 1 FROM sqlite_master WHERE name = 'time_comments'"):
        return []
    sql = (
        "SELECT rowid, CAST(coalesce(timestamp, 0) AS REAL), CAST(coalesce(comment, '') AS TEXT) "
        "FROM time_comments ORDER BY 2, 1"
    )
    return [Note(*row) for row in fetch_all(con, sql)]


class NoteChanged(StoreError):  # noqa: N818 – house style
    """Raised when another user has changed the note meanwhile.

    Attributes:
        found: The note as it is now; None if it is gone.
    """

    def __init__(self, found: Note | None) -> None:
        what = "deleted" if found is None else "changed"
        super().__init__(f"Another user has {what} this note.", hint="Check it and try again.")
        self.found = found


def add_note(
    con: sqlite3.Connection, timestamp: float, text: str, *, rowid: int | None = None
) -> Note:
    """Store a stand-alone comment.

    Args:
        con: A connection from `Database.writing`.
        timestamp: Time it refers to, Unix seconds UTC.
        text: The comment.
        rowid: Its former rowid when a deleted note is restored, unless taken meanwhile.
    """
    text = clean_text(text)
    if fetch_all(con, "SELECT 1 FROM time_comments WHERE rowid = ?", (rowid,)):
        rowid = None
    added = con.execute(
        "INSERT INTO time_comments (rowid, timestamp, comment) VALUES (?, ?, ?)",
        (rowid, timestamp, text),
    )
    assert added.lastrowid is not None
    return Note(added.lastrowid, timestamp, text)


def change_note(con: sqlite3.Connection, before: Note, text: str) -> Note:
    """Change the text of a note.

    Raises:
        NoteChanged: If it differs from `before`.
    """
    _require_unchanged(con, before)
    text = clean_text(text)
    con.execute("UPDATE time_comments SET comment = ? WHERE rowid = ?", (text, before.rowid))
    return before._replace(text=text)


def remove_note(con: sqlite3.Connection, before: Note) -> None:
    """Delete a note.

    Raises:
        NoteChanged: If it differs from `before`.
    """
    _require_unchanged(con, before)
    con.execute("DELETE FROM time_comments WHERE rowid = ?", (before.rowid,))


def _require_unchanged(con: sqlite3.Connection, before: Note) -> None:
    found = next((note for note in load_notes(con) if note.rowid == before.rowid), None)
    if found != before:
        raise NoteChanged(found)
