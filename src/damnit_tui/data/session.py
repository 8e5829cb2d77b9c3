"""One open DAMNIT folder: its paths, its permissions, and one reader for each subject.

Everything here may wait for a file system; call it in a worker, never in a handler.
Features build their own readers from it; it knows none of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from damnit_daemon.model import Column, RunKey, StoredValue
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    ChangeFeed,
    Database,
    Note,
    RaisedAlert,
    load_alerts,
    load_columns,
    load_notes,
    load_setting,
    load_values,
)

from .activity_monitor import LEDGER_TIMEOUT_S, ActivityMonitor
from .first_page import FirstPageLoader
from .results_reader import ResultsReader
from .shared_columns import SharedColumns

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition
    from damnit_daemon.ledger import Ledger
    from damnit_daemon.logs import LogFile

    from .daemon_client import DaemonClient
    from .edit_queue import EditQueue

READ_ONLY = "Read-only session (--read-only): editing is disabled."
TIMEOUT_S = 2.0
"""How long to wait for a lock; after that the screen stays as it is, and it is retried."""


class Session:
    """One open DAMNIT folder.

    Attributes:
        folder: Its paths.
        read_only: True if this session may change nothing.
        clock: Returns the current time, Unix seconds.
        database: The run database.
        first_page: The newest runs, for a quick start.
        changes: All values, and the changes by others.
        activity: The daemon's activity.
        results: The data in results files.
        shared_columns: The derived columns that all users see.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        *,
        read_only: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self.read_only = read_only
        self.clock = clock
        self.database = Database(folder.database, timeout_s=TIMEOUT_S)
        self.first_page = FirstPageLoader(self.database)
        self.changes = ChangeFeed(self.database, now=clock)
        self.activity = ActivityMonitor(folder, clock)
        self.results = ResultsReader(folder)
        self.shared_columns = SharedColumns(folder)

    @cached_property
    def edits(self) -> EditQueue:
        """Edits and notes of this session; not needed for the first page, and loads Textual."""
        from .edit_queue import EditQueue

        return EditQueue(self.folder, read_only=self.read_only, clock=self.clock)

    def is_writable(self) -> bool:
        """Return True if the file system permits changing the database."""
        places = (self.folder.database, self.folder.path)  # the journal is written next to it
        return all(os.access(place, os.W_OK, effective_ids=True) for place in places)

    def has_context_file(self) -> bool:
        """Return True if the folder has a context file."""
        try:
            return self.folder.context_file.exists()
        except OSError:  # a failing file system
            return False

    def load_db_id(self) -> object:
        """Load the identity of the database, independent of its path; None if it has none."""
        with self.database.reading() as con:
            return load_setting(con, "db_id")

    def load_columns(self, derive: Iterable[str | Definition] = ()) -> list[Column]:
        """Load the columns, with the derived ones.

        Args:
            derive: Definitions of derived columns besides the shared ones.

        Raises:
            DamnitError: If the database cannot be read, or a definition is not valid.
        """
        from damnit_daemon.derived import load_derived

        with self.database.reading() as con:
            columns = load_columns(con)
        derived = load_derived(self.folder.path, columns, derive)
        return columns if derived is None else [*columns, *derived.columns]

    def load_values(self, keys: Collection[RunKey], *, blobs: bool = False) -> list[StoredValue]:
        """Load all values of some runs; without their blobs unless `blobs`."""
        with self.database.reading() as con:
            return load_values(con, keys=keys, blobs=blobs)

    def load_notes_and_alerts(self) -> tuple[tuple[Note, ...], tuple[RaisedAlert, ...]]:
        """Load the notes, by time, and the alerts that were raised, newest runs first."""
        with self.database.reading() as con:
            return tuple(load_notes(con)), tuple(load_alerts(con))

    def ledger(self) -> Ledger:
        """Open the daemon's ledger; if it does not exist yet, reading it raises."""
        from damnit_daemon.ledger import Ledger

        return Ledger(self.folder.ledger, timeout_s=LEDGER_TIMEOUT_S)

    def daemon_client(self) -> DaemonClient:
        """Create a client that sends requests to the daemon."""
        from damnit_daemon.ledger import Ledger

        from .daemon_client import DaemonClient

        return DaemonClient(Ledger(self.folder.ledger, timeout_s=TIMEOUT_S))

    def log_of(self, key: RunKey) -> LogFile:
        """Open the processing log of a run."""
        from damnit_daemon.logs import LogFile

        return LogFile(self.folder.log_file(key))

    def close(self) -> None:
        """Close the database, and end the processes that read results files."""
        self.changes.close()
        self.results.close()
