"""Mending what can be mended without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator

from ...combine import combine_folder
from ...paths import DamnitFolder
from ...store import FORMAT_VERSION, Database, migrate
from ..at_work import working_daemon
from .finding import count_of

LOCK_TIMEOUT_S = 5.0


def repair(folder: DamnitFolder) -> Iterator[str]:
    """Bring an old database up to date and combine what waits; says what was done.

    Raises:
        DamnitError: If that fails; what was mended before stays so.
    """
    if 1 <= Database(folder.database).format_version() < FORMAT_VERSION:
        backup = migrate(folder.database)
        if backup is not None:
            yield f"brought the database to format {FORMAT_VERSION}; the old one is {backup.name}"
    if not any(True for _ in folder.fragments()):
        return
    if working_daemon(folder) is not None:
        yield "left the waiting fragments to the daemon that works here"
        return
    report = combine_folder(folder, lock_timeout_s=LOCK_TIMEOUT_S)
    yield f"combined the fragments of {count_of(len(report.combined), 'run')}"
    for path, reason in report.broken:
        yield f"set aside {path.name}: {reason}"
    for key, error in report.postponed:
        yield f"{key} has to wait: {error}"
