"""Notes as lines between the runs, and in words. Pure."""

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
"""Takes the place of the run number."""
MOST_SHOWN = 2000
"""Characters of a note considered for its line."""


def paint_note(
    note: Note, time: str, *, frozen_width: int, width: int, chosen: bool
) -> list[Piece]:
    """Paint the line of a note.

    Args:
        note: The note.
        time: Its time, formatted.
        frozen_width: Characters that run numbers take.
        width: Characters of the whole line.
        chosen: Whether the cursor is on it.
    """
    room = max(0, width - frozen_width - len(BOUNDARY))
    text = clip(f"{time}{GAP}{as_line(note.text[:MOST_SHOWN])}", room)
    return [
        Piece(pad(NOTE, frozen_width - 1, right=True), "mark"),
        Piece(" " + BOUNDARY, "rule"),
        Piece(text, "cell-cursor" if chosen else "note"),
    ]


def describe_note(note: Note, zone: tzinfo | None) -> CellDescription:
    """Describe a note: its time, and more of its text."""
    time = format_full_time(note.timestamp, zone)
    return CellDescription(f"Note · {time}", as_line(note.text[:MOST_SHOWN]))
