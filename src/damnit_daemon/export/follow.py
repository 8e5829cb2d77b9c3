"""Write a table, or its new and changed rows, when its database or derived columns change."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

from ..errors import DamnitError
from ..model import RunKey
from ..paths import DamnitFolder
from ..store import ChangeFeed, Database
from .formats import TextFormat
from .table import TableSelection, load_table
from .text import text_parts

POLL_S = 1.0
BUSY_SHARE = 0.2
"""Maximum share of the time spent writing."""


def follow_table(
    database: Database,
    write: Callable[[], None],
    report: Callable[[str], None],
    *,
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Write a table now and after each change, until `KeyboardInterrupt` or SIGTERM.

    Args:
        database: The database to watch.
        write: Writes the table.
        report: Reports each problem once, such as a full disk, and its end, with an empty text.
        pause: Waits for some seconds.

    Raises:
        DamnitError: If it cannot be written the first time: a filter may be invalid.
        KeyboardInterrupt: At the end.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    problem, is_due, pause_s = "", False, POLL_S
    folder = DamnitFolder(database.path.parent)
    derived = folder.derived_version()
    with closing(ChangeFeed(database)) as feed:
        feed.changes()
        write()
        while True:
            pause(pause_s)
            begun = time.monotonic()
            try:
                if is_due or feed.changed() or folder.derived_version() != derived:
                    derived = folder.derived_version()
                    feed.changes()
                    is_due = True
                    write()
                    is_due = False
                if problem:
                    report("")
                problem = ""
            except DamnitError as error:
                if error.message != problem:
                    report(error.message)
                problem = error.message
            pause_s = max(POLL_S, (time.monotonic() - begun) / BUSY_SHARE)


class NewLines:
    """The lines of a table that are new or differ from those returned before.

    Args:
        database: The run database.
        choice: The part of the table; with a filter, runs come when they match.
        format: One of `LINE_FORMATS`.
    """

    def __init__(self, database: Database, choice: TableSelection, format: TextFormat) -> None:
        self.left_out: Sequence[str] = ()
        """Titles of columns that have appeared since the header was returned."""
        self._database = database
        self._choice = choice
        self._format = format
        self._seen: dict[RunKey, int] = {}
        self._names: list[str] = []

    def read(self) -> str:
        """Return the header, if there is one and it was not returned, and the new lines.

        Columns are fixed by the header, which comes with the first run; JSON Lines name their
        values and have none.

        Raises:
            DamnitError: If the table cannot be read, or the filter or a column is not valid.
        """
        table = replace(load_table(self._database, self._choice), notes=())
        has_header = self._format != "jsonl"
        if self._seen and has_header:
            known = {column.name: column for column in table.columns}
            self.left_out = [c.title for c in table.columns if c.name not in self._names]
            columns = [known[name] for name in self._names if name in known]
            if len(columns) < len(self._names):
                raise DamnitError("A printed column was deleted.", hint="Start again.")
            table = replace(table, columns=columns)
        parts = text_parts(table, self._format)
        header = next(parts) if has_header else ""
        found, seen = [], {}
        for run, line in zip(table.runs, parts, strict=True):
            if self._seen.get(run.key) != (now := hash(line)):
                found.append(line)
                seen[run.key] = now
        if not found:
            return ""
        if not self._seen:
            found.insert(0, header)
            self._names = [column.name for column in table.columns]
        self._seen |= seen
        return "".join(found)
