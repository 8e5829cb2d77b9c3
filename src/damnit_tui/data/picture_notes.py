"""Record saved pictures for the next shift report."""

from __future__ import annotations

from pathlib import Path

from damnit_daemon.errors import DamnitError

from ..state.saved_pictures import SavedPicture, note_picture, pictures_file
from .session import Session


def note_saved_picture(session: Session, path: Path, shown: str, drawing: str = "") -> None:
    """Include a saved picture in the next report; for workers.

    Args:
        session: The folder of its data.
        path: The file; one that is not a picture is ignored.
        shown: Description of its content.
        drawing: The same picture as text.
    """
    try:
        file = pictures_file(session.load_db_id(), session.folder.path)
        note_picture(file, SavedPicture(session.clock(), path, shown, drawing))
    except (OSError, DamnitError):
        pass  # the picture itself is saved
