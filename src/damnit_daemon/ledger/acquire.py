"""Acquire the lease when a daemon starts: at once, after a wait, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .lease import EXPIRES_S, Lease, LeaseHeld, LeaseWatch, acquire
from .ledger import Ledger
from .process_id import ProcessId, is_alive, this_process

LOOK_EVERY_S = 0.5


def take_lease(
    ledger: Ledger,
    *,
    process: ProcessId | None = None,
    expires_s: float = EXPIRES_S,
    info: Mapping[str, Any] | None = None,
    waiting: Callable[[Lease], None] | None = None,
    now: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], object] = time.sleep,
    alive: Callable[[ProcessId], bool | None] = is_alive,
) -> str:
    """Acquire the lease of a folder; its ledger must exist.

    A free lease, or one whose holder died on this machine, is acquired at once. Any other
    is watched: if it is renewed, its holder is running (known within `RENEW_EVERY_S`); if
    not for `expires_s`, it is taken over.

    Args:
        ledger: Ledger of the folder.
        process: New holder; by default this process.
        expires_s: How long a lease that is not renewed stays valid.
        info: The daemon's status.
        waiting: Called before each wait with the lease being watched.
        now: Clock.
        monotonic: Monotonic clock.
        sleep: Waits; may raise to give up.
        alive: Returns True if a process is alive; None if unknown.

    Returns:
        The token to write under.

    Raises:
        LeaseHeld: If another daemon is running; names it.
    """
    process = process or this_process()
    watch = LeaseWatch()
    while True:
        try:
            with ledger.writing() as con:
                return acquire(
                    con,
                    process,
                    now=now(),
                    watch=watch,
                    at_s=monotonic(),
                    expires_s=expires_s,
                    alive=alive,
                    info=info,
                )
        except LeaseHeld as held:
            if watch.moved:
                raise
            if waiting is not None:
                waiting(held.lease)
        sleep(LOOK_EVERY_S)
