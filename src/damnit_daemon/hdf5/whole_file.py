"""Write files atomically: to a temporary name, to the disk, then rename.

New files get the permissions of their folder, and no symbolic link is followed.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h5py

from ..errors import DamnitError
from ..permissions import file_bits
from .errors import ResultsDenied, ResultsDiskFull, is_denied, is_disk_full, system_reason

MERGING_SUFFIX = ".merging"
"""Suffix of a results file being written; not `.h5`, so that it is not mistaken for one."""


@contextmanager
def written_whole(
    temporary: Path, target: Path, *, prove: Callable[[h5py.File], None] | None = None
) -> Iterator[h5py.File]:
    """Open a new HDF5 file that replaces the target at the end of the block.

    If the block raises, or the file cannot be written to the disk, the target is unchanged
    and the new file is removed.

    Args:
        temporary: Path to write to; must not exist, in the target's folder.
        target: Final path of the file.
        prove: Checks the finished file before the rename; its exceptions are passed on.

    Raises:
        ResultsDiskFull: If space ran out.
        ResultsDenied: If it cannot be written for another reason.
    """
    file = None
    try:
        mode = _mode_for(target)
        # "x" is O_EXCL, which does not follow a planted link.
        with h5py.File(temporary, "x") as file:
            os.fchmod(file.id.get_vfd_handle(), mode)
            yield file
            file.flush()  # reports failures that closing does not
        if prove is not None:
            with h5py.File(temporary, "r") as file:
                prove(file)
        _to_disk(temporary, os.O_NOFOLLOW)
        temporary.replace(target)
        _to_disk(target.parent, os.O_DIRECTORY)
    except BaseException as error:
        _discard(temporary, file)
        if isinstance(error, DamnitError):
            raise
        if is_disk_full(error):
            raise ResultsDiskFull(target) from error
        if isinstance(error, OSError) or is_denied(error):
            raise ResultsDenied(target, f"it cannot be written ({system_reason(error)})") from error
        raise


def random_part() -> str:
    """Return eight characters that make a temporary name unique."""
    return secrets.token_hex(4)


def _mode_for(target: Path) -> int:
    """Keep the mode of an existing file (it may have been restricted), else follow the folder's."""
    try:
        info = target.lstat()
    except FileNotFoundError:
        return file_bits(target.parent)
    if not stat.S_ISREG(info.st_mode):
        raise OSError(errno.EPERM, "it is not an ordinary file")
    return stat.S_IMODE(info.st_mode) & 0o777


def _discard(temporary: Path, file: h5py.File | None) -> None:
    """Remove a file that could not be completed.

    HDF5 keeps a file open that it cannot finish writing, and with it the space that is
    missing: so the file is truncated first, then closed once more.
    """
    with suppress(OSError):
        os.truncate(descriptor := os.open(temporary, os.O_WRONLY | os.O_NOFOLLOW), 0)
        os.close(descriptor)
    with suppress(OSError):
        temporary.unlink()
    if file is not None and file:
        with suppress(OSError, RuntimeError):
            file.close()


def _to_disk(path: Path, flag: int) -> None:
    """Wait until a file, or the names in a folder, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | flag)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
