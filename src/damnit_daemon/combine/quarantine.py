"""Set unusable fragments aside with the reason, so that they block nothing."""

from __future__ import annotations

import os
from pathlib import Path

from ..hdf5 import ResultsDenied
from ..paths import BROKEN
from ..permissions import make_shared_folder


def set_aside(fragment: Path, reason: str) -> None:
    """Move a fragment into `broken/`, next to a text file with the reason.

    Raises:
        ResultsDenied: If it cannot be moved.
    """
    folder = fragment.parent / BROKEN
    try:
        make_shared_folder(folder)
        # Open by descriptor, so that a symbolic link in its place is not followed.
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            _write_reason(place, f"{fragment.name}.txt", reason)
            os.rename(fragment, fragment.name, dst_dir_fd=place)
        finally:
            os.close(place)
    except FileNotFoundError:
        return  # moved by another process
    except OSError as error:
        raise ResultsDenied(fragment, f"it cannot be set aside ({error.strerror})") from error


def _write_reason(place: int, name: str, reason: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    descriptor = os.open(name, flags, dir_fd=place)
    try:
        os.fchmod(descriptor, os.fstat(place).st_mode & 0o666)
        os.write(descriptor, f"{reason}\n".encode("utf-8", "replace"))
    finally:
        os.close(descriptor)
