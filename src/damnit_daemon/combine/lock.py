"""One combiner per folder, across hosts: two would undo each other's merges."""

from __future__ import annotations

import errno
import fcntl
import getpass
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ..errors import DamnitError
from ..paths import DamnitFolder
from ..permissions import file_bits, make_shared_folder

LOCK_NAME = "combine.lock"
PAUSE_S = 0.05
_BUSY = {errno.EACCES, errno.EAGAIN}

# GPFS and NFS pass POSIX locks on to other hosts, but such a lock belongs to the process: a
# second thread would get it too, and release the first one's by closing the file. So threads
# take turns here first. Keyed by process ID, since a forked child holds no lock.
_threads: dict[tuple[int, Path], threading.Lock] = {}


class CombinerBusy(DamnitError):  # noqa: N818 – house style
    """Raised when another combiner is running in the folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"Results in {folder} are being combined by {holder or 'another process'}.",
            hint="What waits here is taken in by it, or next time.",
        )
        self.holder = holder


@contextmanager
def combiner_lock(folder: DamnitFolder, *, timeout_s: float = 0.0) -> Iterator[None]:
    """Hold a folder's combiner lock for the length of the block.

    The lock is released when the process ends, however it ends.

    Raises:
        CombinerBusy: If another combiner holds it after the given time; names the holder.
        DamnitError: If the folder is not writable.
    """
    give_up_at = time.monotonic() + timeout_s
    turn = _threads.setdefault((os.getpid(), folder.path.resolve()), threading.Lock())
    if not turn.acquire(timeout=timeout_s):
        raise CombinerBusy(folder.path, f"this process ({os.getpid()})")
    try:
        descriptor = _open_lock_file(folder)
        try:
            _lock(descriptor, folder, give_up_at)
            _write_holder(descriptor)
            yield
        finally:
            os.close(descriptor)
    finally:
        turn.release()


def _open_lock_file(folder: DamnitFolder) -> int:
    path = folder.internals / LOCK_NAME
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        make_shared_folder(folder.internals)
        try:
            descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            return os.open(path, flags)
        os.fchmod(descriptor, file_bits(path.parent))
    except OSError as error:
        raise DamnitError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Results are combined by somebody who may write to the DAMNIT folder.",
        ) from error
    return descriptor


def _lock(descriptor: int, folder: DamnitFolder, give_up_at: float) -> None:
    while True:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _BUSY:
                raise DamnitError(
                    f"{folder.path} cannot be locked: {error.strerror}.",
                    hint="Its file system does not offer locks, so combining is not safe there.",
                ) from error
            if time.monotonic() >= give_up_at:
                raise CombinerBusy(folder.path, _read_holder(descriptor)) from error
            time.sleep(PAUSE_S)
        else:
            return


def _write_holder(descriptor: int) -> None:
    since = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
    text = f"{_user()} on {socket.gethostname()}, process {os.getpid()}, since {since}\n"
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode("utf-8", "replace"), 0)
    except OSError:  # disk full: the lock is held, only its holder is not recorded
        pass


def _read_holder(descriptor: int) -> str:
    text = os.pread(descriptor, 500, 0).decode("utf-8", "replace")
    return "".join(c for c in text if c.isprintable()).strip()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"  # no user name in this container
