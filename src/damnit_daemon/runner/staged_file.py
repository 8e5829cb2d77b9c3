"""Build a file in memory, then write it to disk with every step checked.

HDF5 reports some failed writes only when a dataset is freed, where the error is lost, and
stores 0 or nothing. Building in memory cannot fail because of the disk; the bytes are then
written, synced and read back by plain system calls, each of which is checked.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .temp_names import is_left_behind, writing_suffix

MEMORY = Path("/dev/shm")
"""A file system in memory."""

MARGIN_BYTES = 64 << 20
"""Required free space there in addition to twice the expected file size."""

TRIES = 3
PAUSE_S = 0.2
_PREFIX = "damnit-"
_BLOCK = 1 << 20


class NotWritten(OSError):  # noqa: N818 - as its siblings are named
    """A file could not be written to disk."""


@contextmanager
def memory_file(size: int) -> Iterator[Path | None]:
    """Create a file in memory, removed after the block; None if there is no room.

    Args:
        size: Expected size in bytes, as far as known.
    """
    made = _make(size)
    try:
        yield made
    finally:
        if made is not None:
            with suppress(OSError):
                made.unlink(missing_ok=True)


def _make(size: int) -> Path | None:
    try:
        room = os.statvfs(MEMORY)
        if room.f_bavail * room.f_frsize < 2 * size + MARGIN_BYTES:
            return None
        _sweep()
        descriptor, name = tempfile.mkstemp(writing_suffix(), _PREFIX, MEMORY)
    except OSError:
        return None
    os.close(descriptor)
    return Path(name)


def _sweep() -> None:
    """Remove files left by killed processes, which take up memory."""
    for path in MEMORY.glob(f"{_PREFIX}*"):
        if is_left_behind(path.name):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def write_checked(staged: Path, path: Path) -> None:
    """Write the bytes of one file into another, sync them, and read them back.

    All failures are retried: lack of descriptors or locks, an interrupted server.

    Args:
        staged: The file in memory.
        path: The destination, an existing file.

    Raises:
        NotWritten: If the write fails, or other bytes are read back.
    """
    for left in reversed(range(TRIES)):
        try:
            _write_once(staged, path)
        except OSError as error:
            if not left:
                raise NotWritten(error.errno, error.strerror or str(error)) from error
            time.sleep(PAUSE_S)
        else:
            return


def _write_once(staged: Path, path: Path) -> None:
    target = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.ftruncate(target, 0)
        written = hashlib.sha256()
        with staged.open("rb", buffering=0) as source:
            while block := source.read(_BLOCK):
                written.update(block)
                while block:
                    block = block[os.write(target, block) :]
        os.fsync(target)
        read, position = hashlib.sha256(), 0
        while block := os.pread(target, _BLOCK, position):
            read.update(block)
            position += len(block)
        if read.digest() != written.digest():
            raise NotWritten(0, "the data read back from disk differs from what was written")
    finally:
        os.close(target)
