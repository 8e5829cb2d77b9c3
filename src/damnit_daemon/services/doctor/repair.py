"""Repairs that need no confirmation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...ledger import Ledger, running_daemon
from ...paths import DamnitFolder
from ...store import FORMAT_VERSION, Database, migrate
from ...text import count_of
from ..combiner import Combiner


def repair(folder: DamnitFolder) -> Iterator[str]:
    """Bring an old database up to date and combine waiting fragments; yield each action taken.

    Raises:
        DamnitError: If that fails; earlier repairs persist.
    """
    if Database(folder.database).format_version() < FORMAT_VERSION:
        backup = migrate(folder.database)
        if backup is not None:
            yield f"migrated the database to format {FORMAT_VERSION}; the old one is {backup.name}"
    if not any(True for _ in folder.fragments()):
        return
    if running_daemon(Ledger(folder.ledger)) is not None:
        yield "left the pending fragments to the running daemon"
        return
    combiner = Combiner(folder)
    try:
        combined = combiner.sweep()
    finally:
        combiner.close()
    yield f"combined the fragments of {count_of(combined.runs, 'run')}"
    for path, reason in combined.broken:
        yield f"set aside {Path(path).name}: {reason}"
    for reason in combined.postponed:
        yield f"postponed: {reason}"
