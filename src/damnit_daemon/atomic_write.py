"""Atomic file writes: readers never see a partial file, and no link can redirect it."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def unfinished_file(target: Path) -> Iterator[Path]:
    """Create a temporary file next to the target, to be renamed over it; removed on exit.

    Its name is unpredictable, so that no other user of the folder can place a link there. It
    has the target's suffix and permissions.

    Raises:
        OSError: If it cannot be created.
    """
    try:
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.stem[:200]}.", suffix=target.suffix[:20], dir=target.parent
        )
    except ValueError as error:  # not a valid file name
        raise OSError(errno.EINVAL, str(error)) from error
    unfinished = Path(name)
    try:
        os.fchmod(descriptor, _mode_for(target))
        os.close(descriptor)
        yield unfinished
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _mode_for(target: Path) -> int:
    """Return the permissions of an existing file, or those the umask leaves for a new one."""
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0o022)
        os.umask(mask)
        return 0o666 & ~mask
