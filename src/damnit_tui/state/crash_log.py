"""The log of what went wrong in the app itself, for whoever can put it right."""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from .storage import state_directory

MOST_BYTES = 1_000_000
"""A longer log is kept once, as `.old`, and begun anew."""


def bug_log() -> Path:
    """Where the log is."""
    return state_directory() / "errors.log"


def note_bug(error: BaseException) -> str:
    """Add an exception with its traceback; returns where it is, empty if that cannot be written."""
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
