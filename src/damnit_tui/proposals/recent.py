"""Recently opened folders; for workers."""

from __future__ import annotations

import time
from pathlib import Path

from ..state.storage import read_json, state_directory, write_json

MOST = 30


def load_recent(directory: Path | None = None) -> list[Path]:
    """Load the recent folders, latest first; including those that no longer exist."""
    times = _load(directory)
    return [Path(path) for path in sorted(times, key=lambda path: -times[path])]


def note_opened(folder: Path, directory: Path | None = None, now: float | None = None) -> None:
    """Record an opened folder; an unwritable home directory has no other effect."""
    times = _load(directory) | {str(folder): time.time() if now is None else now}
    newest = sorted(times, key=lambda path: -times[path])[:MOST]
    try:
        opened = {path: times[path] for path in newest}
        write_json(_file(directory), {"version": 1, "opened": opened})
    except OSError:
        pass


def _load(directory: Path | None) -> dict[str, float]:
    try:
        content = read_json(_file(directory))
    except (OSError, ValueError):
        return {}
    opened = content.get("opened") if isinstance(content, dict) else None
    if not isinstance(opened, dict):
        return {}
    return {
        path: float(at) for path, at in opened.items() if isinstance(at, int | float) and at == at
    }


def _file(directory: Path | None) -> Path:
    return (directory or state_directory()) / "recent.json"
