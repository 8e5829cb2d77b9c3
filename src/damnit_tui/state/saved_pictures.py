"""The log of saved pictures of a folder: one line each, so that no app overwrites another's."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

from .storage import folder_file, state_directory
from .validate import mapping, text

ENDINGS = (".png", ".html")
"""File types that count as pictures; numbers and text do not."""
MOST_BYTES = 1 << 20
"""Bytes read from the end of the file."""


class SavedPicture(NamedTuple):
    """A saved picture."""

    at: float
    """Unix seconds."""
    path: Path
    shown: str
    """Description of the content."""
    drawing: str = ""
    """The picture as text; empty if there is none."""


def pictures_file(db_id: object, folder: Path, directory: Path | None = None) -> Path:
    """Return the file that lists the pictures of one folder (see `folder_file`)."""
    home = directory or state_directory()
    return home / "pictures" / f"{folder_file(home, db_id, folder).stem}.jsonl"


def note_picture(file: Path, picture: SavedPicture) -> None:
    """Log a picture; other saved files are ignored.

    Raises:
        OSError: If it cannot be written.
    """
    if picture.path.suffix.lower() not in ENDINGS:
        return
    content = picture._asdict() | {"path": str(picture.path.absolute())}
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # An incomplete last line must not corrupt this one.
        os.write(handle, f"\n{json.dumps(content)}\n".encode())
    finally:
        os.close(handle)


def load_pictures(file: Path, since: float, until: float) -> tuple[SavedPicture, ...]:
    """Return the pictures of a period, oldest first; of one saved repeatedly only the last."""
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
    shown, drawing = text(content.get("shown")), text(content.get("drawing"))
    return SavedPicture(float(at), Path(path), shown, drawing)
