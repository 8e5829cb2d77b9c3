"""Checks of the run database."""

from __future__ import annotations

from collections.abc import Iterator

from ...paths import DamnitFolder
from ...store import FORMAT_VERSION, Database, find_damage, load_runs
from ...store.identity import copy_sentence, original_of
from ...text import count_of
from .finding import Finding, fine, note, wrong

TIMEOUT_S = 5.0
"""How long others may hold a lock before it is reported."""


def check_database(folder: DamnitFolder) -> Iterator[Finding]:
    """Check that the database is readable, writable, intact and in our format.

    Raises:
        StoreError: If it is not; gives the reason.
    """
    database = Database(folder.database, timeout_s=TIMEOUT_S)
    version = database.format_version()
    with database.reading() as con:
        runs = len(load_runs(con))
        damage = find_damage(con)
    if damage:
        fix = f"Stop the daemon, then: sqlite3 {folder.database.name} .recover | sqlite3 new.sqlite"
        yield wrong("database", f"{folder.database} is damaged: {damage[0]}", fix)
        return
    if version < FORMAT_VERSION:
        yield wrong(
            "database", f"It has the old format {version}.", "damnit-daemon doctor --repair"
        )
        return
    if version > FORMAT_VERSION:
        yield note("database", f"It has format {version}: it is readable, but not writable.")
        return
    with database.writing():
        pass  # the lock was free
    if original := original_of(folder):
        fix = "Give it its own: damnit-daemon new-id"
        yield wrong("database", copy_sentence(original), fix)
    yield fine("database", f"format {version}, {count_of(runs, 'run')}, intact")
