"""A run's processing log: appended to, and bounded, whatever a job prints."""

from __future__ import annotations

import os
from pathlib import Path

from ..model import RunKey
from ..permissions import file_bits, make_shared_folder

CAP_BYTES = 50_000_000
TAIL_BYTES = 64 * 1024


def log_header(key: RunKey, *, user: str, host: str) -> bytes:
    """The line that begins a job's part of the log; DAMNIT's, apps jump to it."""
    name = f"r{key.run} (p{key.proposal})"
    return f"\n----- Processing {name} as {user} on {host} (subprocess) -----\n".encode()


class RunLog:
    """Takes what one job prints: the beginning, and of what is too much the end.

    Never raises for what the disk does: a full disk must stop neither the job
    nor the reading of its output.

    Attributes:
        problem: Why the log is incomplete; empty if it is not.
    """

    def __init__(
        self, path: Path, *, cap_bytes: int = CAP_BYTES, tail_bytes: int = TAIL_BYTES
    ) -> None:
        self.path = path
        self.problem = ""
        self._cap_bytes = cap_bytes
        self._tail_bytes = tail_bytes
        self._room_bytes = cap_bytes
        self._beyond_bytes = 0
        self._tail = bytearray()
        self._file = self._open()

    def write(self, chunk: bytes) -> None:
        """Append, until the room is used up."""
        now, beyond = chunk[: self._room_bytes], chunk[self._room_bytes :]
        if now:
            self._room_bytes -= len(now)
            self._append(now)
        if beyond:
            self._beyond_bytes += len(beyond)
            self._tail += beyond
            del self._tail[: -self._tail_bytes]

    def close(self) -> None:
        """Finish with what was left out, and the end of it."""
        left_out = self._beyond_bytes - len(self._tail)
        if left_out > 0:
            size = f"{left_out / 1e6:.1f} MB" if left_out >= 1e5 else f"{left_out} bytes"
            limit = f"{self._cap_bytes / 1e6:g} MB"
            self._append(
                f"\n----- {size} left out: more than {limit} were printed -----\n".encode()
            )
        self._append(bytes(self._tail))
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int | None:
        """Open for appending; through no symlink, with the folder's permissions if new."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            make_shared_folder(self.path.parent)
            try:
                descriptor = os.open(self.path, flags | os.O_EXCL, 0o600)
            except FileExistsError:
                return os.open(self.path, flags, 0o600)
            os.fchmod(descriptor, file_bits(self.path.parent))
        except OSError as error:
            self.problem = f"The log {self.path.name} cannot be written: {error.strerror}."
            return None
        return descriptor

    def _append(self, chunk: bytes) -> None:
        while chunk and self._file is not None:
            try:
                chunk = chunk[os.write(self._file, chunk) :]
            except OSError as error:
                self.problem = f"The log {self.path.name} is incomplete: {error.strerror}."
                os.close(self._file)
                self._file = None
