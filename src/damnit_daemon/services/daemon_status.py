"""Check for a running daemon in a folder."""

from __future__ import annotations

import time

from ..ledger import Lease, Ledger, LedgerMissing, is_alive, load_lease
from ..paths import DamnitFolder


def working_daemon(folder: DamnitFolder) -> Lease | None:
    """Return the lease of the daemon running in a folder, as far as can be determined at once.

    A daemon on another host counts as running if it renewed the lease within a minute,
    by our clock; one on this host may hang.

    Raises:
        StoreError: If the ledger cannot be read.
    """
    try:
        with Ledger(folder.ledger).reading() as con:
            lease = load_lease(con)
    except LedgerMissing:
        return None
    if lease is None:
        return None
    alive = is_alive(lease.holder)
    if alive is None:
        alive = not lease.looks_stale(time.time())
    return lease if alive else None
