"""The lease: at most one daemon runs in a folder, and one that lost it cannot write.

Whether a lease has expired is never judged by the times in it: clocks of two hosts
differ, and may step. A process that wants it watches whether it is renewed.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import DamnitError
from ..store.sql import fetch_all
from ..text import format_timestamp
from .json_fields import parse_object
from .process_id import ProcessId, is_alive

EXPIRES_S = 60.0
"""How long a lease that is not renewed stays valid."""

RENEW_EVERY_S = 2.0
"""How often a daemon renews it."""

LONGEST_STEP_S = 5.0
"""Longest pause counted between two polls: a suspended watcher has observed nothing."""


@dataclass(frozen=True)
class Lease:
    """Holder of a folder's lease."""

    holder: ProcessId
    token: str = field(repr=False)
    since: float
    """When it was acquired, Unix seconds UTC by the holder's clock."""
    beat_at: float
    """When it was last renewed, Unix seconds UTC by the holder's clock."""
    beats: int
    """Number of renewals."""
    info: dict[str, Any]
    """The daemon's status."""

    def age_s(self, now: float) -> float:
        """Return the time since its renewal, if the clocks agree; 0 if that is in the future."""
        return max(0.0, now - self.beat_at)

    def looks_stale(self, now: float, expires_s: float = EXPIRES_S) -> bool:
        """Estimate if its holder is gone, for display only; use `LeaseWatch` to acquire it."""
        return abs(now - self.beat_at) > expires_s


# Not `StoreError`s: code that retries when a database is busy must not retry these.


class LeaseHeld(DamnitError):  # noqa: N818 – says what is wrong
    """Raised when another daemon runs in the folder.

    Attributes:
        lease: The other daemon's lease.
    """

    def __init__(self, lease: Lease) -> None:
        holder = lease.holder
        super().__init__(
            f"A daemon is already running in this folder: process {holder.pid} on "
            f"{_printable(holder.host)}, since {format_timestamp(lease.since)}.",
            hint="Leave it running, or stop it with `damnit-daemon stop`.",
        )
        self.lease = lease


class LeaseLost(DamnitError):  # noqa: N818 – says what is wrong
    """Raised when this process has lost its lease: it must stop, and write nothing more.

    Attributes:
        lease: Lease of the current holder, if any.
    """

    def __init__(self, lease: Lease | None) -> None:
        who = "it is free now"
        if lease is not None:
            holder = lease.holder
            who = (
                f"process {holder.pid} on {_printable(holder.host)} took over "
                f"at {format_timestamp(lease.since)}"
            )
        super().__init__(
            f"This daemon lost its lease: {who}. Nothing more was written.",
            hint="It was suspended for too long, or replaced. It exits now.",
        )
        self.lease = lease


class LeaseWatch:
    """Observes how long a lease has not been renewed.

    Attributes:
        moved: True if a renewal was observed: its holder is running.
        still_s: How long it has not been renewed since.
    """

    def __init__(self) -> None:
        self.moved = False
        self.still_s = 0.0
        self._seen: tuple[str, int] | None = None
        self._observed_at_s = 0.0

    def observe(self, lease: Lease, at_s: float) -> None:
        """Record an observation, at a time of the local monotonic clock."""
        seen = lease.token, lease.beats
        if seen == self._seen:
            self.still_s += min(max(0.0, at_s - self._observed_at_s), LONGEST_STEP_S)
        else:
            self.moved = self._seen is not None
            self.still_s = 0.0
        self._seen, self._observed_at_s = seen, at_s


def acquire(
    con: sqlite3.Connection,
    process: ProcessId,
    *,
    now: float,
    watch: LeaseWatch | None = None,
    at_s: float = 0.0,
    expires_s: float = EXPIRES_S,
    alive: Callable[[ProcessId], bool | None] = is_alive,
    info: Mapping[str, Any] | None = None,
) -> str:
    """Acquire the lease if it is free, its holder is dead, or it was not renewed for too long.

    Args:
        con: A connection from `Ledger.writing`, without a token.
        process: New holder.
        now: Unix seconds UTC, for display only.
        watch: Observations of the present lease; one more is added.
        at_s: Time of that observation, by the local monotonic clock.
        expires_s: How long it must not have been renewed.
        alive: Returns True if a process is alive; None if unknown.
        info: The daemon's status.

    Returns:
        The token to write under.

    Raises:
        LeaseHeld: If another process holds it.
    """
    lease = load_lease(con)
    if lease is not None and alive(lease.holder) is not False:
        if watch is None:
            raise LeaseHeld(lease)
        watch.observe(lease, at_s)
        if watch.still_s < expires_s:
            raise LeaseHeld(lease)
    token = secrets.token_hex(16)
    con.execute(
        "INSERT OR REPLACE INTO lease (only_row, host, pid, machine, started, token, since, "
        "beat_at, beats, info) VALUES (1, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
        (
            process.host,
            process.pid,
            process.machine,
            process.started,
            token,
            now,
            now,
            json.dumps(dict(info or {})),
        ),
    )
    return token


def renew(
    con: sqlite3.Connection, token: str, *, now: float, info: Mapping[str, Any] | None = None
) -> None:
    """Renew the lease; `info` is unchanged if not given.

    Raises:
        LeaseLost: If it is not held under this token.
    """
    text = None if info is None else json.dumps(dict(info))
    renewed = con.execute(
        "UPDATE lease SET beat_at = ?, beats = beats + 1, info = coalesce(?, info) WHERE token = ?",
        (now, text, token),
    )
    if not renewed.rowcount:
        raise LeaseLost(load_lease(con))


def release(con: sqlite3.Connection, token: str) -> bool:
    """Release the lease; return True if it was held under this token."""
    return con.execute("DELETE FROM lease WHERE token = ?", (token,)).rowcount > 0


def require_lease(con: sqlite3.Connection, token: str) -> None:
    """Verify, inside a transaction, that the lease is held under this token.

    Raises:
        LeaseLost: If it is not.
    """
    lease = load_lease(con)
    if lease is None or lease.token != token:
        raise LeaseLost(lease)


def load_lease(con: sqlite3.Connection) -> Lease | None:
    """Load the lease; None if it is free."""
    sql = "SELECT host, pid, machine, started, token, since, beat_at, beats, info FROM lease"
    for host, pid, machine, started, token, since, beat_at, beats, info in fetch_all(con, sql):
        # Accept malformed values: such a lease is watched until it expires.
        holder = ProcessId(str(host), _integer(pid), str(machine), str(started))
        times = _time(since), _time(beat_at)
        return Lease(holder, str(token), *times, _integer(beats), parse_object(info))
    return None


def _integer(value: object) -> int:
    return value if isinstance(value, int) else -1


def _time(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _printable(text: str) -> str:
    return "".join(c for c in text[:200] if c.isprintable())
