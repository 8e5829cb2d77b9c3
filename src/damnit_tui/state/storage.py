"""The user's own files: where they are, and writing them whole."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

APP = "damnit-tui"
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def state_directory() -> Path:
    """Where what the app remembers is kept (`XDG_STATE_HOME`)."""
    import platformdirs  # not before the first paint

    return Path(platformdirs.user_state_dir(APP, appauthor=False))


def config_directory() -> Path:
    """Where the user's settings are (`XDG_CONFIG_HOME`)."""
    import platformdirs

    return Path(platformdirs.user_config_dir(APP, appauthor=False))


def folder_file(directory: Path, db_id: object, folder: Path) -> Path:
    """The file of one DAMNIT folder.

    Args:
        directory: See `state_directory`.
        db_id: What names its database, wherever that is moved; anything may stand there.
        folder: Where it is, for a database that has no name.
    """
    if isinstance(db_id, str) and _PLAIN.fullmatch(db_id):
        name = db_id
    else:
        import hashlib

        text = db_id if isinstance(db_id, str) and db_id else str(folder)
        name = f"folder-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:16]}"
    return directory / "folders" / f"{name}.json"


def read_json(path: Path) -> object:
    """What a file holds.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def write_json(path: Path, content: object) -> None:
    """Replace a file as a whole: whoever reads it sees the old one or the new one.

    Raises:
        OSError: If it cannot be written.
    """
    import tempfile

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
