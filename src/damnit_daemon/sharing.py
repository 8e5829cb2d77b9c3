"""Permissions of what we make in a folder that several people share.

New things are as open as the folder they are made in, which those people chose;
nothing that exists is widened, and no symlink is followed.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


def file_bits(folder: Path) -> int:
    """Permission bits for a new file: the folder's own, without those to execute."""
    return stat.S_IMODE(folder.stat().st_mode) & 0o666 | 0o600


def make_shared_folder(path: Path) -> None:
    """Make a folder as open as the one it is in; fine if it exists.

    Raises:
        OSError: If it cannot be made.
    """
    try:
        path.mkdir()
    except FileExistsError:
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchmod(descriptor, stat.S_IMODE(path.parent.stat().st_mode))
    finally:
        os.close(descriptor)
