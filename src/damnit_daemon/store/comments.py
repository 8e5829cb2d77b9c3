"""Comments that belong to a time, not to a run (DAMNIT's `time_comments`)."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from .queries import fetch_all


class Note(NamedTuple):
    """A stand-alone comment."""

    rowid: int
    """Identifies it: there is no other key."""
    timestamp: float
    """What time it is about, Unix seconds UTC."""
    text: str


def load_notes(con: sqlite3.Connection) -> list[Note]:
    """Load all stand-alone comments by time."""
    sql = (
        "SELECT rowid, CAST(coalesce(timestamp, 0) AS REAL), CAST(coalesce(comment, '') AS TEXT) "
        "FROM time_comments ORDER BY 2, 1"
    )
    return [Note(*row) for row in fetch_all(con, sql)]
