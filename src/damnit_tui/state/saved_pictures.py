"""Pictures that were saved of a folder: a line for each, so that no app overwrites another's."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from .storage import folder_file, state_directory
from .validate import mapping, text

ENDINGS = (".png", ".html")
"""What counts as a picture; numbers and text do not."""
MOST_BYTES = 1 << 20
"""What is read of the file, from its end."""


class SavedPicture(NamedTuple):
    """A picture that was saved."""

    at: float
    """Unix seconds."""
    path: Path
    shown: str
    """What it shows."""


def pictures_file(db_id: object, folder: Path, directory: Path | None = None) -> Path:
    """Where those of one folder are noted (see `folder_file`)."""
    home = directory or state_directory()
    return home / "pictures" / f"{folder_file(home, db_id, folder).stem}.jsonl"


def note_picture(file: Path, picture: SavedPicture) -> None:
    """Add a picture; anything else that was saved is none.

    Raises:
        OSError: If it cannot be written.
    """
    if picture.path.suffix.lower() not in ENDINGS:
        return
    content = {"at": picture.at, "path": str(picture.path.absolute()), "shown": picture.shown}
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # What was not written to its end does not take this one with it.
        os.write(handle, f"\n{json.dumps(content)}\n".encode())
    finally:
        os.close(handle)


def load_pictures(file: Path, since: float, until: float) -> tuple[SavedPicture, ...]:
    """Those of a time, the oldest first; of one that was saved again only the last."""
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, opened.seek(0, os.SEEK_END) - MOST_BYTES))
            lines = opened.read().splitlines()
    except OSError:
        return ()
    found: dict[Path, SavedPicture] = {}
    for line in lines:
        picture = _read(line)
        if picture is not None and since < picture.at <= until:
            found.pop(picture.path, None)
            found[picture.path] = picture
    return tuple(found.values())


def _read(line: bytes) -> SavedPicture | None:
    try:
        content = mapping(json.loads(line))
    except (ValueError, RecursionError):
        return None
    at, path = content.get("at"), text(content.get("path"))
    if not isinstance(at, int | float) or not path or "\0" in path:
        return None
    return SavedPicture(float(at), Path(path), text(content.get("shown")))
