"""Lock that lets one process at a time start or stop a folder's daemon."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import DamnitError
from ..paths import DamnitFolder
from ..permissions import file_bits, make_shared_folder

LOCK_NAME = "supervise.lock"
LOOK_EVERY_S = 0.1
_BUSY = {errno.EACCES, errno.EAGAIN}


@contextmanager
def supervise_lock(folder: DamnitFolder, *, timeout_s: float) -> Iterator[None]:
    """Hold the lock for the block; it is released when the process ends.

    Raises:
        DamnitError: If another process still holds it after the given time, or the
            folder is not writable.
    """
    path = folder.internals / LOCK_NAME
    try:
        make_shared_folder(folder.internals)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DamnitError(
            f"{path} cannot be written: {error.strerror}.",
            hint="The daemon is looked after by somebody who may write to the DAMNIT folder.",
        ) from error
    try:
        if os.fstat(descriptor).st_uid == os.getuid():
            os.fchmod(descriptor, file_bits(path.parent))
        _lock(descriptor, folder, time.monotonic() + timeout_s)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: DamnitFolder, give_up_at: float) -> None:
    while True:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _BUSY:
                raise DamnitError(f"{folder.path} cannot be locked: {error.strerror}.") from error
            if time.monotonic() >= give_up_at:
                raise DamnitError(
                    f"The daemon of {folder.path} is being started or stopped by somebody else.",
                    hint="Try again in a minute.",
                ) from error
        else:
            return
        time.sleep(LOOK_EVERY_S)
