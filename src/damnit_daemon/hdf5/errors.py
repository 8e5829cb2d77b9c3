"""Errors of results files and fragments, with messages a user can act on."""

# ruff: noqa: N818 – the names say what is wrong, as the base class says that they are errors

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from ..errors import DamnitError


class ResultsError(DamnitError):
    """Problem with an HDF5 file that a user can fix.

    Attributes:
        path: The file.
    """

    def __init__(self, path: Path, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class ResultsMissing(ResultsError):
    """Raised when the file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, f"There is no file {path}.", hint="Nothing has been saved for this run yet."
        )


class ResultsUnreadable(ResultsError):
    """Raised when the file is damaged, or is not a results file."""

    def __init__(self, path: Path, reason: str, *, hint: str = "") -> None:
        super().__init__(path, f"{path} cannot be read: {reason}.", hint=hint)
        self.reason = reason


class ResultsDenied(ResultsError):
    """Raised when this user may not read or write the file, or the file system refuses."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            path, f"{path}: {reason}.", hint="Check who owns it and that the disk is reachable."
        )


class ResultsBusy(ResultsError):
    """Raised when another program holds a conflicting lock on the file."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__(
            path,
            f"{path} is in use by another program and stayed locked for {timeout_s:g} s.",
            hint="Try again in a moment.",
        )


class ResultsDiskFull(ResultsError):
    """Raised when the disk is full or the quota is used up."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            f"No space left to write {path}.",
            hint=f"Nothing was changed. Free some space in {path.parent} and try again.",
        )


class NoSuchData(ResultsError):
    """Raised when the file does not contain the requested data."""

    def __init__(self, path: Path, name: str, what: str = "data") -> None:
        super().__init__(path, f"{path.name} has no {what} of {name}.")


HDF5_FAILURES = (
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    MemoryError,
    SystemError,
)
"""Exceptions that h5py (and xarray on top of it) raises for damaged or foreign content."""

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_OF_CONTENT = {0, errno.EINVAL, errno.EOVERFLOW, errno.ENXIO, errno.ESPIPE}
"""Not a system error, or one caused by addressing beyond the end of a file."""


def error_number(error: BaseException) -> int:
    """Return the errno behind an h5py exception, 0 if there is none.

    h5py often gives it only in the text: `(file write failed: ... errno = 28, ...)`.
    """
    if isinstance(error, OSError) and error.errno:
        return error.errno
    match = re.search(r"errno = (\d+)", str(error))
    return int(match[1]) if match else 0


def is_disk_full(error: BaseException) -> bool:
    """Return True if space, quota or the allowed file size ran out."""
    return error_number(error) in _DISK_FULL


def is_denied(error: BaseException) -> bool:
    """Return True if the system refused access, so that the content may well be intact.

    No access, no locks, no descriptors, an unreachable disk: all are temporary or fixable.
    """
    return error_number(error) not in _OF_CONTENT | _DISK_FULL


def system_reason(error: BaseException) -> str:
    """Return the system's message for a file, else the first line of the exception."""
    number = error_number(error)
    return os.strerror(number) if number else first_line(error)


def first_line(error: BaseException) -> str:
    """Return an exception's message, short enough for a cell: HDF5's are long."""
    text = (str(error) or type(error).__name__).splitlines()[0].strip().rstrip(".")
    return text if len(text) <= 200 else text[:199] + "…"
