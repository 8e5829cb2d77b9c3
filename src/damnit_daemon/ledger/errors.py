"""Errors of a ledger that cannot be opened."""

# ruff: noqa: N818 – the names say what is wrong, as the base class says that they are errors

from __future__ import annotations

from pathlib import Path

from ..store import StoreError


class LedgerMissing(StoreError):
    """Raised when no daemon has ever run in the folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no ledger {path}: no daemon has run here yet.",
            hint="Start one: damnit-daemon start",
        )


class LedgerTooNew(StoreError):
    """Raised for a format newer than this program."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            f"{path} was written by a newer version (format {version}).",
            hint="Upgrade damnit-tui.",
        )
