"""What can be wrong with a run database, in words a person can act on."""

# ruff: noqa: N818 – the names say what is wrong, as the base class says that they are errors

from __future__ import annotations

from pathlib import Path

from ..errors import DamnitError


class StoreError(DamnitError):
    """Something about the run database that a person can mend."""


class DatabaseMissing(StoreError):
    """There is no such file."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no run database {path}.",
            hint="Give a DAMNIT folder, or create one with `damnit proposal NUMBER`.",
        )


class DatabaseExists(StoreError):
    """A database was to be created where something is already."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already.", hint="It was left as it is.")


class DatabaseUnreadable(StoreError):
    """The file is there, but may not be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} may not be read.",
            hint="Ask its owner for permission, or check that it is a file.",
        )


class NotADatabase(StoreError):
    """The file is empty, or something else, or damaged."""

    def __init__(self, path: Path, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{path} {reason}.", hint=hint)


class DatabaseBusy(StoreError):
    """Another program held the lock for longer than we wait."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        super().__init__(
            f"{path} is in use by another program and stayed locked for {timeout_s:g} s.",
            hint="Try again; if it stays so, a program is stopped halfway: "
            f"`fuser -v {path}` lists those on this machine.",
        )


class DatabaseReadOnly(StoreError):
    """The file or its folder may not be written."""

    def __init__(self, path: Path, reason: str = "may not be written") -> None:
        super().__init__(
            f"{path} {reason}.",
            hint="SQLite writes beside the file too, so the folder must be writable as well.",
        )


class DiskFull(StoreError):
    """No space, or the quota is used up."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"No space left to write {path}.",
            hint=f"Nothing was changed. Free some space in {path.parent} and try again.",
        )


class StorageFailed(StoreError):
    """The file system reported an error."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"The file system failed on {path}: {reason}.",
            hint="Check the quota and that the file system is reachable, then try again.",
        )


class FormatTooOld(StoreError):
    """A format that has to be brought up to date first."""

    def __init__(self, path: Path, version: int) -> None:
        if version < 1:
            hint = "Convert it with `damnit migrate v0-to-v1` of DAMNIT 0.3 or later."
        else:
            hint = "Run `damnit read-context`, which brings it up to date and keeps a copy."
        super().__init__(f"{path} has the old format {version}.", hint=hint)


class FormatTooNew(StoreError):
    """A format from the future."""

    def __init__(self, path: Path, version: int, reason: str) -> None:
        super().__init__(
            f"{path} has format {version}, newer than this program knows: {reason}.",
            hint="Install a newer damnit-tui.",
        )


class NameTaken(StoreError):
    """A variable of that name exists and is of the other sort.

    Attributes:
        names: Which.
    """

    def __init__(self, names: tuple[str, ...], what: str) -> None:
        listed = ", ".join(names)
        super().__init__(
            f"There is already {what}: {listed}.",
            hint="Rename it in the context file, or delete the other one.",
        )
        self.names = names


class BadName(StoreError):
    """Not a name a variable can have."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is not a variable name.",
            hint="A name consists of letters, digits and underscores; parts are joined by dots.",
        )
