"""System-call faults by number: the n-th write, fsync, rename, … below a folder fails."""

from __future__ import annotations

import errno
import mmap
import os
import shlex
import shutil
import struct
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("fail_syscalls.c")
OPERATIONS = {
    "open to write": 1, "write": 2, "fsync": 4, "rename": 8, "link": 16, "unlink": 32,
    "truncate": 64, "mkdir": 128, "chmod": 256, "lock": 512, "open to read": 1024, "read": 2048,
}  # fmt: skip
ERRNOS = {
    "open to write": [errno.EACCES, errno.EMFILE, errno.ENOSPC, errno.EIO],
    "write": [errno.EIO, errno.ENOSPC, errno.EDQUOT],
    "fsync": [errno.EIO, errno.ENOSPC],
    "rename": [errno.EIO, errno.EACCES],
    "link": [errno.EIO, errno.EPERM],
    "unlink": [errno.EIO, errno.EACCES],
    "truncate": [errno.EIO, errno.ENOSPC],
    "mkdir": [errno.EIO, errno.ENOSPC],
    "chmod": [errno.EPERM, errno.EIO],
    "lock": [errno.ENOLCK, errno.EAGAIN],
    "open to read": [errno.EMFILE, errno.EIO, errno.ESTALE],
    "read": [errno.EIO, errno.ESTALE],
}
_HEAD = struct.Struct("8q")  # count, at, len, err, mask, injected, kill, nlog
_ENTRY = struct.Struct("IIi116s")
_ENTRIES = 4096


class Injector:
    """The faults of the processes that are started in `environment`.

    Args:
        path: A folder for its own files, outside of the one that is attacked.
        folder: System calls on paths below it are counted.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        library = path / "fail_syscalls.so"
        if not library.exists():
            command = ["cc", "-shared", "-fPIC", "-w", "-o", str(library), str(SOURCE), "-ldl"]
            subprocess.run(command, check=True)
        self._state = path / "state"
        self._state.write_bytes(bytes(_HEAD.size + _ENTRY.size * _ENTRIES))
        self.environment = {
            "LD_PRELOAD": str(library),
            "FI_STATE": str(self._state),
            "FI_DIR": str(folder),
        }

    def count(self, operations: int) -> None:
        """Count these operations and note each; none fails."""
        self._write(at=-1, length=0, error=0, mask=operations)

    def fail(self, operations: int, at: int, error: int, *, length: int = 1) -> None:
        """Have `length` of these operations fail, from number `at` on."""
        self._write(at=at, length=length, error=error, mask=operations)

    def _write(self, *, at: int, length: int, error: int, mask: int) -> None:
        with self._state.open("r+b") as file:
            file.write(_HEAD.pack(0, at, length, error, mask, 0, 0, 0))

    @property
    def counted(self) -> int:
        """How many operations there were."""
        return int(_HEAD.unpack(self._state.read_bytes()[: _HEAD.size])[0])

    @property
    def injected(self) -> int:
        """How many were made to fail."""
        return int(_HEAD.unpack(self._state.read_bytes()[: _HEAD.size])[5])

    def log(self) -> list[tuple[int, int, str]]:
        """What was counted or failed: operation, errno, path below the folder."""
        with self._state.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=1) as state:
            (number,) = struct.unpack_from("q", state, 56)
            found = []
            for index in range(min(number, _ENTRIES)):
                operation, error, _, what = _ENTRY.unpack_from(
                    state, _HEAD.size + index * _ENTRY.size
                )
                found.append((operation, error, what.split(b"\0")[0].decode()))
            return found

    def python(self, path: Path) -> Path:
        """A Python for context files that is attacked too; the launcher drops LD_PRELOAD."""
        set_ = f"LD_PRELOAD={shlex.quote(self.environment['LD_PRELOAD'])}"
        path.write_text(f'#!/bin/sh\n{set_} exec {shlex.quote(sys.executable)} "$@"\n')
        path.chmod(0o755)
        return path


def can_compile() -> bool:
    """Whether there is a C compiler."""
    return shutil.which("cc") is not None and os.name == "posix"
