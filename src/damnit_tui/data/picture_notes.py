"""Note saved pictures for the next report."""

from __future__ import annotations

from pathlib import Path

from damnit_daemon.errors import DamnitError

from ..state.saved_pictures import SavedPicture, note_picture, pictures_file
from .session import Session


def note_saved_picture(session: Session, path: Path, shown: str) -> None:
    """Have the next report show a picture that was saved; for workers.

    Args:
        session: The folder that it shows.
        path: Its file; a file that is no picture is left out.
        shown: What it shows.
    """
    try:
        file = pictures_file(session.load_db_id(), session.folder.path)
        note_picture(file, SavedPicture(session.clock(), path, shown))
    except (OSError, DamnitError):
        pass  # the picture itself is saved
