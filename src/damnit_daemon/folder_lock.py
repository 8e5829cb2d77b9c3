"""Locks of a folder across hosts, threads and processes, released however a process ends."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import DamnitError
from .paths import DamnitFolder
from .permissions import file_bits, make_shared_folder
from .runner.author import user_name
from .text import format_timestamp

POLL_INTERVAL_S = 0.05
_BUSY = {errno.EACCES, errno.EAGAIN}

# GPFS and NFS pass POSIX locks on to other hosts, but such a lock belongs to the process: a
# second thread would get it too, and release the first one's by closing the file. So threads
# take turns here first. Keyed by process ID, since a forked child holds no lock.
_threads: dict[tuple[int, Path], threading.Lock] = {}


class FolderLock:
    """A lock file in a DAMNIT folder.

    Args:
        folder: The folder.
        name: Name of the lock file.
        busy: Makes the error for a lock that is held, from a description of its holder.
        denied_hint: For users who may not write to the folder.
        unsupported_hint: For file systems without locks.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        name: str,
        *,
        busy: Callable[[str], DamnitError],
        denied_hint: str,
        unsupported_hint: str = "",
    ) -> None:
        self._folder = folder
        self._path = folder.internals / name
        self._busy = busy
        self._denied_hint = denied_hint
        self._unsupported_hint = unsupported_hint

    @contextmanager
    def held(self, *, timeout_s: float) -> Iterator[None]:
        """Hold the lock for the length of the block.

        Raises:
            DamnitError: If it is held elsewhere after the given time, or the folder is not
                writable, or its file system has no locks.
        """
        give_up_at = time.monotonic() + timeout_s
        key = os.getpid(), self._folder.path.resolve() / self._path.name
        turn = _threads.setdefault(key, threading.Lock())
        if not turn.acquire(timeout=timeout_s):
            raise self._busy(f"this process ({os.getpid()})")
        try:
            descriptor = self._open()
            try:
                self._lock(descriptor, give_up_at)
                _write_holder(descriptor)
                yield
            finally:
                os.close(descriptor)
        finally:
            turn.release()

    def _open(self) -> int:
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            make_shared_folder(self._folder.internals)
            try:
                descriptor = os.open(self._path, flags | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                return os.open(self._path, flags)
            os.fchmod(descriptor, file_bits(self._path.parent))
        except OSError as error:
            raise DamnitError(
                f"{self._path} cannot be written: {error.strerror}.", hint=self._denied_hint
            ) from error
        return descriptor

    def _lock(self, descriptor: int, give_up_at: float) -> None:
        while True:
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in _BUSY:
                    raise DamnitError(
                        f"{self._folder.path} cannot be locked: {error.strerror}.",
                        hint=self._unsupported_hint,
                    ) from error
                if time.monotonic() >= give_up_at:
                    raise self._busy(_read_holder(descriptor)) from error
                time.sleep(POLL_INTERVAL_S)
            else:
                return


def _write_holder(descriptor: int) -> None:
    since = format_timestamp(time.time())
    text = f"{user_name()} on {socket.gethostname()}, process {os.getpid()}, since {since}\n"
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode("utf-8", "replace"), 0)
    except OSError:  # disk full: the lock is held, only its holder is not recorded
        pass


def _read_holder(descriptor: int) -> str:
    text = os.pread(descriptor, 500, 0).decode("utf-8", "replace")
    return "".join(c for c in text if c.isprintable()).strip()
