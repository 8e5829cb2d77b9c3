"""A note as a line between the runs, and in words. Pure."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from ..format import format_full_time
from ..sanitize import as_line, clip, pad
from .cell_render import Piece
from .describe import CellDescription
from .layout import BOUNDARY, GAP

if TYPE_CHECKING:
    from damnit_daemon.store import Note

NOTE = "¶"
"""Stands in place of a run's number."""
MOST_SHOWN = 2000
"""Characters of a note of which a line may show some."""


def paint_note(
    note: Note, time: str, *, frozen_width: int, width: int, chosen: bool
) -> list[Piece]:
    """One line of the table.

    Args:
        note: Which.
        time: When it is about, as it is to be written.
        frozen_width: Characters that run numbers take.
        width: Characters of the whole line.
        chosen: Whether the cursor is on it.
    """
    room = max(0, width - frozen_width - len(BOUNDARY))
    text = clip(f"{time}{GAP}{as_line(note.text[:MOST_SHOWN])}", room)
    return [
        Piece(pad(NOTE, frozen_width - 1, right=True), "mark"),
        Piece(" " + BOUNDARY, "rule"),
        Piece(text, "cursor" if chosen else "note"),
    ]


def describe_note(note: Note, zone: tzinfo | None) -> CellDescription:
    """Say what it is about, and more of it."""
    time = format_full_time(note.timestamp, zone)
    return CellDescription(f"Note · {time}", as_line(note.text[:MOST_SHOWN]))
