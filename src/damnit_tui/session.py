"""The app's only door to what is on disk: one DAMNIT folder and its run database.

Everything here may wait for a file system; call it in a worker, never in a handler.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import Column, RunKey, RunRow, StoredValue
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Changes,
    Database,
    LiveDatabase,
    decode_value,
    load_columns,
    load_runs,
    load_setting,
    load_value,
    load_values,
)

from .inspected import Inspected
from .table.cells import stored_blob_kind
from .table.paint import Picture
from .table.view import CellAddress
from .work import Work

if TYPE_CHECKING:
    from damnit_daemon.ledger import Ledger

    from .work_reader import WorkReader

Format = Literal["md", "csv", "json"]
FIRST_RUNS = 60
"""More than a tall terminal shows."""
TIMEOUT_S = 2.0
"""How long to wait for a lock; what is shown stays, and it is tried again."""

LEDGER_TIMEOUT_S = 0.3
"""The table does not wait for the ledger."""


class FirstLook(NamedTuple):
    """What there is in a database, and the values of its newest runs."""

    proposal: int | None
    runs: list[RunRow]
    columns: list[Column]
    values: list[StoredValue]
    complete: list[RunKey]
    """The runs whose values those are."""


class Prepared:
    """Something being loaded in a thread of its own."""

    def __init__(self, load: Callable[[], FirstLook]) -> None:
        self._load = load
        self._found: FirstLook | None = None
        self._error: DamnitError | None = None
        self._thread = threading.Thread(target=self._run, name="first-look", daemon=True)
        self._thread.start()

    def is_done(self) -> bool:
        """Tell whether `result` would not have to wait."""
        return not self._thread.is_alive()

    def result(self) -> FirstLook:
        """Wait for it."""
        self._thread.join()
        if self._found is None:
            raise self._error or RuntimeError("the first look ended without a result")
        return self._found

    def _run(self) -> None:
        try:
            self._found = self._load()
        except DamnitError as error:
            self._error = error


class Session:
    """One open DAMNIT folder.

    Attributes:
        folder: Where it is.
        read_only: Whether nothing may be changed from here.
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
        self._database = Database(folder.database, timeout_s=TIMEOUT_S)
        self._clock = clock
        self._prepared: Prepared | None = None
        self._work_reader: WorkReader | None = None
        self._work = Work()
        self._live = LiveDatabase(self._database, now=clock)

    def is_writable(self) -> bool:
        """Tell whether the file system lets us change the database."""
        return os.access(self.folder.database, os.W_OK)

    def has_context_file(self) -> bool:
        """Tell whether somebody has written a context file yet."""
        return self.folder.context_file.exists()

    def prepare(self) -> None:
        """Begin with the first look now: it is ready when the app has been imported."""
        self._prepared = Prepared(self._load_first)

    def is_prepared(self) -> bool:
        """Tell whether the first look is there, so that nobody waits for it."""
        return self._prepared is not None and self._prepared.is_done()

    def load_first(self) -> FirstLook:
        """Load the runs and variables, and the values that the first screen needs."""
        prepared, self._prepared = self._prepared, None
        return prepared.result() if prepared is not None else self._load_first()

    def _load_first(self) -> FirstLook:
        with self._database.reading() as con:
            proposal = load_setting(con, "proposal")
            runs = load_runs(con)
            newest = sorted((run.key for run in runs), reverse=True)[:FIRST_RUNS]
            return FirstLook(
                proposal if isinstance(proposal, int) else None,
                runs,
                load_columns(con),
                load_values(con, keys=newest) if newest else [],
                newest,
            )

    def load_values(self, keys: Collection[RunKey]) -> list[StoredValue]:
        """Load all values of some runs, without their blobs."""
        with self._database.reading() as con:
            return load_values(con, keys=keys)

    def load_value(self, address: CellAddress) -> StoredValue | None:
        """Load one value in full."""
        with self._database.reading() as con:
            return load_value(con, address.key, address.name)

    def draw_pictures(
        self, addresses: Collection[CellAddress]
    ) -> Iterator[tuple[CellAddress, float, Picture]]:
        """Load blobs and draw them for their cells, one after the other."""
        from .table.picture import draw_picture

        for address in addresses:
            value = self.load_value(address)
            kind = stored_blob_kind(value) if value is not None else None
            if value is not None and kind is not None:
                yield address, value.timestamp, draw_picture(kind, decode_value(value))

    def inspect(self, address: CellAddress, column: Column, known: StoredValue | None) -> Inspected:
        """Load all about one cell, a blob drawn as large as a box on the screen.

        Args:
            address: Which cell.
            column: What is known of its variable.
            known: What the table holds of it, which need not be loaded again.
        """
        from damnit_daemon.ledger import LedgerMissing

        shown = self._inspect_value(address, column, known)
        try:
            return self._with_history(shown)
        except LedgerMissing:
            return shown
        except Exception as error:  # noqa: BLE001 – a file of strangers: tables and values of any kind
            return replace(shown, history=(("Ledger", f"cannot be read: {error}"),))

    def _inspect_value(
        self, address: CellAddress, column: Column, known: StoredValue | None
    ) -> Inspected:
        from .table.picture import draw_large

        kind = stored_blob_kind(known) if known is not None else None
        if kind is None:
            return Inspected(address.key, column, known)
        value = self.load_value(address)
        if value is None or not isinstance(value.value, bytes):
            return Inspected(address.key, column, value)
        drawn = draw_large(kind, decode_value(value))
        return Inspected(address.key, column, value, drawn=drawn)

    def _with_history(self, shown: Inspected) -> Inspected:
        from .processing import load_history, tell_history, why_absent

        with self._ledger().reading() as con:
            history = load_history(con, shown.key)
        now = self._clock()
        absence = self._work.sentence(shown.key, shown.column.name, now)
        return replace(
            shown,
            absence=absence or why_absent(history, shown.column.name),
            history=tuple(tell_history(history, now)),
        )

    def _ledger(self) -> Ledger:
        from damnit_daemon.ledger import Ledger

        return Ledger(self.folder.ledger, timeout_s=LEDGER_TIMEOUT_S)

    def has_changed(self) -> bool:
        """Tell, within microseconds, whether somebody has written to the database."""
        return self._live.changed()

    def load_changes(self) -> Changes:
        """Load what was written since the last call."""
        return self._live.changes()

    def load_work(self) -> Work:
        """Tell what the daemon is at; never fails, and is quick while nothing happens.

        For one thread: each look goes on from the one before.
        """
        if self._work_reader is None:
            from .work_reader import WorkReader

            self._work_reader = WorkReader(self._ledger(), clock=self._clock)
        self._work = self._work_reader.look()
        return self._work

    def export(self, format_name: Format) -> str:
        """The table as text."""
        from damnit_daemon.export import export_table

        return export_table(self._database, format=format_name)

    def close(self) -> None:
        """Let go of the database."""
        self._live.close()
