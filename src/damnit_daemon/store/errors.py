"""Errors of a run database, with messages a user can act on."""

# ruff: noqa: N818 – the names say what is wrong, as the base class says that they are errors

from __future__ import annotations

from pathlib import Path

from ..errors import DamnitError


class StoreError(DamnitError):
    """Problem with the run database that a user can fix."""


class DatabaseMissing(StoreError):
    """Raised when the file does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no run database {path}.",
            hint="Give a DAMNIT folder, or create one with `damnit-daemon proposal NUMBER`.",
        )


class DatabaseExists(StoreError):
    """Raised when the path of a new database exists already."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already.", hint="It was left as it is.")


class DatabaseUnreadable(StoreError):
    """Raised when the file exists, but may not be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Cannot read {path}.",
            hint="Ask its owner for permission, or check that it is a file.",
        )


class NotADatabase(StoreError):
    """Raised when the file is empty, damaged, or not a database."""

    def __init__(self, path: Path, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{path} {reason}.", hint=hint)


class DatabaseBusy(StoreError):
    """Raised when another program held the lock for longer than the timeout."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__(
            f"{path} is in use by another program and stayed locked for {timeout_s:g} s.",
            hint=f"Try again. If the lock remains, a program may be suspended: `fuser -v {path}` "
            "lists those on this machine.",
        )


class DatabaseReadOnly(StoreError):
    """Raised when the file or its folder is not writable."""

    def __init__(self, path: Path, reason: str = "is not writable") -> None:
        super().__init__(
            f"{path} {reason}.",
            hint="SQLite also writes next to the file, so the folder must be writable as well.",
        )


class DiskFull(StoreError):
    """Raised when the disk is full or the quota is used up."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"No space left to write {path}.",
            hint=f"Nothing was changed. Free some space in {path.parent} and try again.",
        )


class StorageFailed(StoreError):
    """Raised when the file system reports an error."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The file system failed on {path}: {reason}.",
            hint="Check the quota and that the file system is reachable, then try again.",
        )


class FormatTooOld(StoreError):
    """Raised for a format that has to be migrated first."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            f"{path} has the old format {version}.",
            hint="Run `damnit-daemon migrate`, which keeps a copy.",
        )


class FormatTooNew(StoreError):
    """Raised for a format newer than this program."""

    def __init__(self, path: Path, version: int, reason: str) -> None:
        super().__init__(
            f"{path} has format {version}, newer than this program supports: {reason}.",
            hint="Upgrade damnit-tui.",
        )


class NameTaken(StoreError):
    """Raised when a variable of that name exists and is of the other kind.

    Attributes:
        names: The names taken.
    """

    def __init__(self, names: tuple[str, ...], what: str) -> None:
        listed = ", ".join(names)
        super().__init__(
            f"There is already {what}: {listed}.",
            hint="Rename it in the context file, or delete the other one.",
        )
        self.names = names


class BadName(StoreError):
    """Raised when a name is not a valid variable name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is not a variable name.",
            hint="A name consists of letters, digits and underscores; parts are joined by dots.",
        )
