"""Notes which foreign file is being read, so that a watching process knows whom to blame.

HDF5 itself can spin or crash on a damaged file; nothing inside the process can catch that.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Listener = Callable[[Path | None], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have a function told which file is read next; None when reading is over."""
    _listeners.append(listener)


def note_reading(path: Path | None) -> None:
    """Tell that a file, or another part of it, is read from now on."""
    for listener in _listeners:
        listener(path)
