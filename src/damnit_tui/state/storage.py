"""The user's own files: their location, and atomic writes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from damnit_daemon.atomic_write import atomic_write

APP = "damnit-tui"
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def state_directory() -> Path:
    """Return the directory of the app's state (`XDG_STATE_HOME`)."""
    import platformdirs  # not before the first paint

    return Path(platformdirs.user_state_dir(APP, appauthor=False))


def config_directory() -> Path:
    """Return the directory of the user's settings (`XDG_CONFIG_HOME`)."""
    import platformdirs

    return Path(platformdirs.user_config_dir(APP, appauthor=False))


def folder_file(directory: Path, db_id: object, folder: Path) -> Path:
    """Return the file of one DAMNIT folder.

    Args:
        directory: See `state_directory`.
        db_id: The ID of its database, wherever that is moved; may be any value.
        folder: The path, for a database without an ID.
    """
    if isinstance(db_id, str) and _PLAIN.fullmatch(db_id):
        name = db_id
    else:
        import hashlib

        text = db_id if isinstance(db_id, str) and db_id else str(folder)
        name = f"folder-{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:16]}"
    return directory / "folders" / f"{name}.json"


def read_json(path: Path) -> object:
    """Read a JSON file.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is not valid JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def write_json(path: Path, content: object) -> None:
    """Replace a file atomically: readers see the old content or the new.

    Raises:
        OSError: If it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    atomic_write(path, text.encode(errors="backslashreplace"), 0o600)
