"""The run database."""

from __future__ import annotations

from collections.abc import Iterator

from ...paths import DamnitFolder
from ...store import FORMAT_VERSION, Database, find_damage, load_runs
from ...store.identity import copy_sentence, original_of
from .finding import Finding, count_of, fine, note, wrong

TIMEOUT_S = 5.0
"""How long a lock may be held by others before it is worth a word."""


def check_database(folder: DamnitFolder) -> Iterator[Finding]:
    """It can be read and written, has the format that we write, and is whole.

    Raises:
        StoreError: If it cannot; says why.
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
        yield wrong("database", f"It has the old format {version}.", "damnit doctor --repair")
        return
    if version > FORMAT_VERSION:
        yield note("database", f"It has format {version}: it can be read, but not written.")
        return
    with database.writing():
        pass  # the lock was to be had
    if original := original_of(folder):
        fix = "damnit-daemon new-id gives it one of its own."
        yield wrong("database", copy_sentence(original), fix)
    yield fine("database", f"format {version}, {count_of(runs, 'run')}, whole")
