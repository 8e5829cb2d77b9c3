"""A run's processing log: append-only, and bounded however much a job prints."""

from __future__ import annotations

import os
from pathlib import Path

from ..model import RunKey
from ..permissions import file_bits, make_shared_folder

CAP_BYTES = 50_000_000
TAIL_BYTES = 64 * 1024


def log_header(key: RunKey, *, user: str, host: str) -> bytes:
    """Return the header line of a job's section in DAMNIT's format; apps jump to it."""
    name = f"r{key.run} (p{key.proposal})"
    return f"\n----- Processing {name} as {user} on {host} (subprocess) -----\n".encode()


class RunLog:
    """Stores the output of one job: the beginning and, if it is too long, the end.

    Never raises on disk errors: a full disk must stop neither the job nor the
    reading of its output.

    Attributes:
        problem: Why the log is incomplete; empty if it is complete.
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
        """Append, up to the size limit."""
        now, beyond = chunk[: self._room_bytes], chunk[self._room_bytes :]
        if now:
            self._room_bytes -= len(now)
            self._append(now)
        if beyond:
            self._beyond_bytes += len(beyond)
            self._tail += beyond
            del self._tail[: -self._tail_bytes]

    def close(self) -> None:
        """Close the log with a note of what was left out, and the end of the output."""
        left_out = self._beyond_bytes - len(self._tail)
        if left_out > 0:
            size = f"{left_out / 1e6:.1f} MB" if left_out >= 1e5 else f"{left_out} bytes"
            limit = f"{self._cap_bytes / 1e6:g} MB"
            self._append(f"\n----- {size} omitted: more than {limit} printed -----\n".encode())
        self._append(bytes(self._tail))
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int | None:
        """Open for appending; never follow a symlink; a new file gets the folder's permissions."""
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
