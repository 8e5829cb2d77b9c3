"""The log of crashes in the app itself, for its developers."""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from .storage import state_directory

MOST_BYTES = 1_000_000
"""Maximum size; a longer log is moved to `.old`, of which one is kept."""


def bug_log() -> Path:
    """Return the path of the log."""
    return state_directory() / "errors.log"


def note_bug(error: BaseException) -> str:
    """Log an exception with its traceback; return the path, empty if it cannot be written."""
    path = bug_log()
    when = datetime.now(UTC).isoformat(timespec="seconds")
    head = f"--- {when} damnit-tui {version('damnit-tui')}, Python {sys.version.split()[0]}\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists() and path.stat().st_size > MOST_BYTES:
            path.replace(path.with_suffix(".log.old"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(head + "".join(traceback.format_exception(error)))
    except OSError:
        return ""
    return str(path)
