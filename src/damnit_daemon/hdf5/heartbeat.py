"""Report which foreign file is being read, so that a watchdog process can name the culprit.

HDF5 itself can hang or crash on a damaged file; nothing inside the process can catch that.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Listener = Callable[[Path | None], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Register a callback for each file about to be read; called with None when reading is over."""
    _listeners.append(listener)


def note_reading(path: Path | None) -> None:
    """Report that a file, or another part of it, is about to be read."""
    for listener in _listeners:
        listener(path)
