"""Atomic file writes: readers never see a partial file, and no link can redirect it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def atomic_write(
    target: Path,
    content: bytes,
    mode: int | Callable[[int], int] | None = None,
    *,
    exclusive: bool = False,
) -> None:
    """Write a whole file, which is on disk before it gets its name.

    Args:
        target: The file; if it is a link, the link is replaced.
        content: Its content.
        mode: Permission bits, or a function of the open descriptor that returns them; by
            default those of the present file, or those the umask leaves.
        exclusive: Never replace a file.

    Raises:
        FileExistsError: If there is a file and `exclusive` is set.
        OSError: If it cannot be written; the target is unchanged then.
    """
    with _temporary_file(target) as (descriptor, unfinished):
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(descriptor, mode(descriptor) if callable(mode) else _mode(target, mode))
            os.fsync(descriptor)
        if exclusive:
            os.link(unfinished, target)
        else:
            unfinished.replace(target)


@contextmanager
def unfinished_file(target: Path, mode: int | None = None) -> Iterator[Path]:
    """Create an empty file next to the target, to be renamed over it; removed on exit.

    Its name is unpredictable, so that no other user of the folder can place a link there. It
    has the target's suffix, and its permissions unless a mode is given.

    Raises:
        OSError: If it cannot be created.
    """
    with _temporary_file(target) as (descriptor, unfinished):
        with os.fdopen(descriptor):
            os.fchmod(descriptor, _mode(target, mode))
        yield unfinished


@contextmanager
def _temporary_file(target: Path) -> Iterator[tuple[int, Path]]:
    import tempfile  # slow: not before the app's first paint

    try:
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.stem[:200]}.", suffix=target.suffix[:20], dir=target.parent
        )
    except ValueError as error:  # not a valid file name
        raise OSError(errno.EINVAL, str(error)) from error
    try:
        yield descriptor, Path(name)
    finally:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)


def _mode(target: Path, mode: int | None) -> int:
    """Return the mode, or that of an existing file, or what the umask leaves for a new one."""
    if mode is not None:
        return mode
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0o022)
        os.umask(mask)
        return 0o666 & ~mask
