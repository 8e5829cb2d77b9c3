"""Write a table again whenever its database changes."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import closing

from ..errors import DamnitError
from ..store import ChangeFeed, Database

POLL_S = 1.0
BUSY_SHARE = 0.2
"""Maximum share of the time spent writing."""


def follow_table(
    database: Database, write: Callable[[], None], report: Callable[[str], None]
) -> None:
    """Write a table now and after each change, until `KeyboardInterrupt` or SIGTERM.

    Args:
        database: The database to watch.
        write: Writes the table.
        report: Reports each problem once, such as a full disk, and its end.

    Raises:
        DamnitError: If it cannot be written the first time: a filter may be invalid.
        KeyboardInterrupt: At the end.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    problem, is_due, pause_s = "", False, POLL_S
    with closing(ChangeFeed(database)) as feed:
        feed.changes()
        write()
        while True:
            time.sleep(pause_s)
            begun = time.monotonic()
            try:
                if is_due or feed.changed():
                    feed.changes()
                    is_due = True
                    write()
                    is_due = False
                if problem:
                    report("the file is written again.")
                problem = ""
            except DamnitError as error:
                if error.message != problem:
                    report(f"{error.message} The file stays as it is meanwhile.")
                problem = error.message
            pause_s = max(POLL_S, (time.monotonic() - begun) / BUSY_SHARE)
