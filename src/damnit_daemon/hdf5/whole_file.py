"""Write whole files: beside, to the disk, then rename; nobody ever sees half of one.

New files are as open as the folder they are in, and no symbolic link is followed.
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
"""Of a results file that is being made; not `.h5`, so that nobody takes it for one."""


@contextmanager
def written_whole(
    temporary: Path, target: Path, *, prove: Callable[[h5py.File], None] | None = None
) -> Iterator[h5py.File]:
    """A new HDF5 file that takes the target's place at the end of the block.

    If the block raises, or the file cannot be brought to the disk, the target stays
    as it was and the new file is removed.

    Args:
        temporary: Where to write; must not exist, in the target's folder.
        target: Its name once it is complete.
        prove: Looks into the finished file before it counts; what it raises is passed on.

    Raises:
        ResultsDiskFull: If space ran out.
        ResultsDenied: If it cannot be written for another reason.
    """
    file = None
    try:
        mode = _mode_for(target)
        # "x" is O_EXCL, which does not follow a link that somebody put there.
        with h5py.File(temporary, "x") as file:
            os.fchmod(file.id.get_vfd_handle(), mode)
            yield file
            file.flush()  # tells of failures that closing keeps to itself
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
    """Eight characters that keep temporary names apart."""
    return secrets.token_hex(4)


def _mode_for(target: Path) -> int:
    """What stood there keeps its bits (somebody may have narrowed them), else the folder's."""
    try:
        info = target.lstat()
    except FileNotFoundError:
        return file_bits(target.parent)
    if not stat.S_ISREG(info.st_mode):
        raise OSError(errno.EPERM, "it is not an ordinary file")
    return stat.S_IMODE(info.st_mode) & 0o777


def _discard(temporary: Path, file: h5py.File | None) -> None:
    """Remove a file that went wrong.

    HDF5 keeps a file open that it cannot write to the end, and with it the space
    that is missing: so the file is emptied first, then closed once more.
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
