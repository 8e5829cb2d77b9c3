"""What can be wrong with a ledger or its lease, in words a person can act on."""

# ruff: noqa: N818 – the names say what is wrong, as the base class says that they are errors

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DamnitError
from ..store import StoreError

if TYPE_CHECKING:
    from .lease import Lease


class LedgerMissing(StoreError):
    """No daemon ever worked in the folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is no ledger {path}: no daemon has worked here yet.",
            hint="Start one with `damnit-daemon start`.",
        )


class LedgerTooNew(StoreError):
    """A format from the future."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            f"{path} was made by a newer program (format {version}).",
            hint="Install that version of damnit-tui here too.",
        )


# Not `StoreError`s: who tries again when a database is busy must not do so with these.


class LeaseHeld(DamnitError):
    """Another daemon works in the folder.

    Attributes:
        lease: Whose, and since when.
    """

    def __init__(self, lease: Lease) -> None:
        holder = lease.holder
        super().__init__(
            f"A daemon works in this folder already: process {holder.pid} on "
            f"{_printable(holder.host)}, since {_format_time(lease.since)}.",
            hint="Leave it at work, or stop it with `damnit-daemon stop`.",
        )
        self.lease = lease


class LeaseLost(DamnitError):
    """The lease this process worked under is gone: it must stop, and write nothing more.

    Attributes:
        lease: Of who works here now, if anybody does.
    """

    def __init__(self, lease: Lease | None) -> None:
        who = "nobody holds it now"
        if lease is not None:
            holder = lease.holder
            who = (
                f"process {holder.pid} on {_printable(holder.host)} took over "
                f"at {_format_time(lease.since)}"
            )
        super().__init__(
            f"This daemon lost its lease: {who}. Nothing was written.",
            hint="It had stood still for too long, or was replaced. It ends here.",
        )
        self.lease = lease


def _printable(text: str) -> str:
    return "".join(c for c in text[:200] if c.isprintable())


def _format_time(at: float) -> str:
    try:
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return "an unknown time"
