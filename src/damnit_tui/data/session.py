"""The app's only door to what is on disk: one DAMNIT folder and its run database.

Everything here may wait for a file system; call it in a worker, never in a handler.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import Column, RunKey, RunRow, StoredValue
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    Cell,
    ChangeFeed,
    Changes,
    Database,
    decode_value,
    load_columns,
    load_listed_runs,
    load_setting,
    load_value,
    load_values,
)

from ..table.cell_render import BlobPreview
from ..table.cells import stored_blob_kind
from ..table.viewport import CellAddress
from ..viewer.cell_details import CellDetails
from .daemon_activity import DaemonActivity
from .edit_queue import EditQueue
from .worker_errors import Failure

if TYPE_CHECKING:
    from damnit_daemon.hdf5.series import NumberSeries
    from damnit_daemon.launch.reader_process import ReaderPool
    from damnit_daemon.ledger import Ledger, Timing
    from damnit_daemon.logs import LogFile
    from damnit_daemon.model.view import ViewData, ViewRequest

    from ..alerts.rules import Alert
    from ..context_editor.document import Document
    from ..daemon.service import DaemonService
    from ..report.collect import Reports
    from ..reprocess.plan import Plan, PlanInputs
    from .daemon_activity_reader import DaemonActivityReader
    from .daemon_client import DaemonClient
    from .dry_run import DryRun
    from .run_history import RunHistory

Format = Literal["md", "csv", "tsv", "json"]
NARROW = 5
"""Columns are seldom narrower: so many are loaded for the first screen."""
TIMEOUT_S = 2.0
"""How long to wait for a lock; what is shown stays, and it is tried again."""

LEDGER_TIMEOUT_S = 0.3
"""The table does not wait for the ledger."""


class FirstLook(NamedTuple):
    """What the first screen shows of a database: its newest runs, the first variables."""

    proposal: int | None
    runs: list[RunRow]
    columns: list[Column]
    values: list[StoredValue]
    complete: list[RunKey]
    """The runs whose values those are; of the variables on the first screen."""
    db_id: object = None
    """What names the database wherever it is; None if it has no name."""


class Prepared:
    """Something being loaded in a thread of its own."""

    def __init__(self, load: Callable[[], FirstLook]) -> None:
        self._load = load
        self._found: FirstLook | None = None
        self._error: DamnitError | OSError | None = None
        self._thread = threading.Thread(target=self._run, name="first-look", daemon=True)
        self._thread.start()

    def is_done(self) -> bool:
        """Tell whether `result` would not have to wait."""
        return not self._thread.is_alive()

    def result_within(self, patience_s: float) -> FirstLook | None:
        """The result, if it comes in time and is one."""
        self._thread.join(patience_s)
        return self._found

    def result(self) -> FirstLook:
        """Wait for it."""
        self._thread.join()
        if self._found is None:
            raise self._error or RuntimeError("the first look ended without a result")
        return self._found

    def _run(self) -> None:
        try:
            self._found = self._load()
        except Failure as error:
            self._error = error


class Session:
    """One open DAMNIT folder.

    Attributes:
        folder: Where it is.
        read_only: Whether nothing may be changed from here.
        edits: What is changed from here, and notes.
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
        self.edits = EditQueue(folder, read_only=read_only, clock=clock)
        self._database = Database(folder.database, timeout_s=TIMEOUT_S)
        self._clock = clock
        self._prepared: Prepared | None = None
        self._work_reader: DaemonActivityReader | None = None
        self._reader_pool: ReaderPool | None = None
        self._readers_lock = threading.Lock()
        self._work = DaemonActivity()
        self._live = ChangeFeed(self._database, now=clock)

    def is_writable(self) -> bool:
        """Tell whether the file system lets us change the database."""
        places = (self.folder.database, self.folder.path)  # the journal is written beside it
        return all(os.access(place, os.W_OK, effective_ids=True) for place in places)

    def has_context_file(self) -> bool:
        """Tell whether somebody has written a context file yet."""
        try:
            return self.folder.context_file.exists()
        except OSError:  # a file system that answers with errors
            return False

    def load_db_id(self) -> object:
        """Load what names the database wherever it is; None if it has no name."""
        with self._database.reading() as con:
            return load_setting(con, "db_id")

    def prepare(self) -> None:
        """Begin with the first look now: it is ready when the app has been imported."""
        self._prepared = Prepared(self._load_first)

    def is_prepared(self) -> bool:
        """Tell whether the first look is there, so that nobody waits for it."""
        return self._prepared is not None and self._prepared.is_done()

    def peek(self, patience_s: float) -> FirstLook | None:
        """The first look, if it is ready soon; `load_first` still gives it afterwards."""
        return self._prepared.result_within(patience_s) if self._prepared is not None else None

    def load_first(self) -> FirstLook:
        """Load the runs and variables, and the values that the first screen needs."""
        prepared, self._prepared = self._prepared, None
        return prepared.result() if prepared is not None else self._load_first()

    def _load_first(self) -> FirstLook:
        with self._database.reading() as con:
            proposal = load_setting(con, "proposal")
            width, height = shutil.get_terminal_size()
            runs = load_listed_runs(con, newest=height)
            newest = sorted((run.key for run in runs), reverse=True)
            columns = load_columns(con, ())
            names = [name for _, name in sorted((c.title.casefold(), c.name) for c in columns)]
            names = ["comment", *names[: width // NARROW]]
            return FirstLook(
                proposal if isinstance(proposal, int) else None,
                runs,
                columns,
                load_values(con, keys=newest, names=names) if newest else [],
                newest,
                load_setting(con, "db_id"),
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
        self, addresses: Collection[CellAddress], height: int = 1
    ) -> Iterator[tuple[CellAddress, float, BlobPreview]]:
        """Load blobs and draw them for their cells in rows of some lines, one after the other."""
        from ..table.blob_preview import draw_picture

        for address in addresses:
            value = self.load_value(address)
            kind = stored_blob_kind(value) if value is not None else None
            if value is not None and kind is not None:
                yield address, value.timestamp, draw_picture(kind, decode_value(value), height)

    def inspect(
        self, address: CellAddress, column: Column, known: StoredValue | None
    ) -> CellDetails:
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
            return shown._replace(history=(("Ledger", f"cannot be read: {error}"),))

    def _inspect_value(
        self, address: CellAddress, column: Column, known: StoredValue | None
    ) -> CellDetails:
        from ..table.blob_preview import draw_large

        kind = stored_blob_kind(known) if known is not None else None
        if kind is None:
            return CellDetails(address.key, column, known)
        value = self.load_value(address)
        if value is None or not isinstance(value.value, bytes):
            return CellDetails(address.key, column, value)
        drawn = draw_large(kind, decode_value(value))
        return CellDetails(address.key, column, value, drawn=drawn)

    def look(
        self, address: CellAddress, view: ViewRequest, is_cancelled: Callable[[], bool]
    ) -> Iterator[ViewData]:
        """Read a run's data, reduced to what a screen shows; each answer is better than the last.

        Args:
            address: Which variable of which run.
            view: Which part, and how finely.
            is_cancelled: Asked now and then; ends it.

        Raises:
            DamnitError: If there is none, or its file cannot be read.
        """
        yield from self._readers().stream(
            "look", self.folder, address.key, address.name, view,
            is_cancelled=is_cancelled, timeout_s=TIMEOUT_S,
        )  # fmt: skip

    def start_reader(self) -> None:
        """Have a process ready that reads data; for workers."""
        self._readers().start()

    def _readers(self) -> ReaderPool:
        from damnit_daemon.launch.reader_process import ReaderPool

        with self._readers_lock:
            self._reader_pool = self._reader_pool or ReaderPool()
        return self._reader_pool

    def read_line(self, key: RunKey, name: str) -> NumberSeries:
        """Read a one-dimensional variable of a run, whole, with what it stands along.

        Raises:
            DamnitError: If there is none, or it is something else.
        """
        line: NumberSeries = self._readers().call(
            "read_line", self.folder, key, name, timeout_s=TIMEOUT_S
        )
        return line

    def load_history(self, key: RunKey) -> RunHistory | None:
        """What was done for a run; None if no daemon has ever worked here.

        Raises:
            DamnitError: If the ledger cannot be read.
        """
        from damnit_daemon.ledger import LedgerMissing

        from .run_history import load_history

        try:
            with self._ledger().reading() as con:
                return load_history(con, key)
        except LedgerMissing:
            return None
        except DamnitError:
            raise
        except Exception as error:
            # A file of strangers: tables and values of any kind.
            raise DamnitError(f"The ledger cannot be read: {error}") from error

    def save_data(
        self, address: CellAddress, view: ViewRequest, path: Path, **look_of: object
    ) -> None:
        """Write a run's data to a file of the user's, as its ending says; may take minutes.

        Raises:
            DamnitError: If that is not possible.
        """
        where = path.absolute()
        self._readers().call(
            "save_data", self.folder, address.key, address.name, view, where, **look_of
        )

    def note_picture(self, path: Path, shown: str) -> None:
        """Have the next report tell of a picture that was saved; for workers.

        Args:
            path: Its file; what is no picture is passed over.
            shown: What it shows.
        """
        from ..state.saved_pictures import SavedPicture, note_picture, pictures_file

        try:
            file = pictures_file(self.load_db_id(), self.folder.path)
            note_picture(file, SavedPicture(self._clock(), path, shown))
        except (OSError, DamnitError):
            pass  # the picture is there all the same

    def _with_history(self, shown: CellDetails) -> CellDetails:
        from .run_history import load_history, tell_history, why_absent

        with self._ledger().reading() as con:
            history = load_history(con, shown.key)
        now = self._clock()
        absence = self._work.sentence(shown.key, shown.column.name, now)
        return shown._replace(
            absence=absence or why_absent(history, shown.column.name),
            history=tuple(tell_history(history, now)),
        )

    def _ledger(self) -> Ledger:
        from damnit_daemon.ledger import Ledger

        return Ledger(self.folder.ledger, timeout_s=LEDGER_TIMEOUT_S)

    def ledger(self) -> Ledger:
        """What the daemon owes and has done; there may be none yet."""
        return self._ledger()

    def asking(self) -> DaemonClient:
        """Where to ask something of the daemon."""
        from damnit_daemon.ledger import Ledger

        from .daemon_client import DaemonClient

        return DaemonClient(Ledger(self.folder.ledger, timeout_s=TIMEOUT_S))

    def reprocess_facts(self, keys: Collection[RunKey]) -> PlanInputs:
        """What a plan to process runs again needs to know; what cannot be read is left out."""
        from ..reprocess.inputs import load_facts

        return load_facts(self._database, self._ledger(), keys)

    def changed_facts(
        self, facts: PlanInputs, keys: Collection[RunKey], is_wanted: Callable[[], bool]
    ) -> PlanInputs:
        """The same, with what the context file computes otherwise now; takes seconds."""
        from ..reprocess.inputs import load_changed
        from .dry_run import DryRunCancelled

        trial = self.trial(is_wanted, lambda _: None)
        try:
            text = self.document().open().text
            return load_changed(trial, text, self._database, facts, keys)
        except DamnitError as error:
            return replace(facts, problem=error.message)
        except DryRunCancelled:
            return facts

    def slurm_lines(self, plan: Plan, is_wanted: Callable[[], bool]) -> tuple[str, ...]:
        """What Slurm would be told for a plan; takes seconds.

        Raises:
            DamnitError: If it cannot be found out.
        """
        from ..reprocess.slurm_preview import slurm_lines
        from .dry_run import DryRunCancelled

        trial = self.trial(is_wanted, lambda _: None)
        try:
            return slurm_lines(plan, self.folder, trial, self.document().open().text)
        except DryRunCancelled:
            return ()

    def daemon(self) -> DaemonService:
        """The daemon, to be looked at and commanded."""
        from ..daemon.service import DaemonService

        return DaemonService(self.folder)

    def document(self) -> Document:
        """The context file, to be edited."""
        from ..context_editor.document import Document

        return Document(self.folder.context_file)

    def trial(self, is_wanted: Callable[[], bool], tell_output: Callable[[str], object]) -> DryRun:
        """Where a context file is tried that is not saved."""
        from .dry_run import DryRun

        return DryRun(self.folder, is_wanted=is_wanted, tell_output=tell_output)

    def stored_values(self, key: RunKey) -> dict[str, StoredValue]:
        """What is stored of a run, pictures and all, by variable."""
        with self._database.reading() as con:
            return {v.name: v for v in load_values(con, keys=[key], blobs=True)}

    def load_timings(self) -> list[Timing]:
        """What the variables cost in the latest jobs; none before there are any.

        Raises:
            DamnitError: If the ledger cannot be read.
        """
        from damnit_daemon.ledger import LedgerMissing, load_timings

        try:
            with self._ledger().reading() as con:
                return load_timings(con)
        except LedgerMissing:
            return []

    def reports(self) -> Reports:
        """Reports of what happened."""
        from ..report.collect import Reports

        return Reports(self.folder)

    def load_alerts(self) -> list[Alert]:
        """What is watched in this folder."""
        from ..alerts.storage import load_alerts

        return load_alerts(self.folder.internals)

    def save_alerts(self, alerts: list[Alert]) -> None:
        """Have others watch it too.

        Raises:
            DamnitError: If the folder cannot be written.
        """
        from ..alerts.storage import save_alerts

        save_alerts(self.folder.internals, alerts)

    def log_of(self, key: RunKey) -> LogFile:
        """What the processing of a run printed; read it in a worker."""
        from damnit_daemon.logs import LogFile

        return LogFile(self.folder.log_file(key))

    def has_changed(self) -> bool:
        """Tell, within microseconds, whether somebody has written to the database."""
        return self._live.changed()

    def restart_changes(self) -> Changes:
        """Load which runs and columns there are; from here on `load_changes` and `load_more` go."""
        return self._live.restart()

    def load_changes(self, shown: Collection[RunKey] = ()) -> Changes:
        """Load what was written since the last call.

        Args:
            shown: The runs on the screen. In them, in those the daemon is at, and at the
                end of the database it is seen at once; elsewhere `load_more` finds it.
        """
        return self._live.changes({*shown, *self._work.runs})

    def load_more(self, asked: Collection[str] = ()) -> Changes | None:
        """Load a portion of the values there are, or look for changes; None: nothing to do.

        Args:
            asked: The variables to begin with.
        """
        return self._live.walk(asked)

    @property
    def has_all(self) -> bool:
        """Whether `load_more` has given all values there were."""
        return self._live.has_all

    def unknown(self, cells: Iterable[Cell]) -> list[Cell]:
        """Those of some cells that are in nothing that `load_changes` and `load_more` gave."""
        return self._live.unknown(cells)

    def has_told(self, asked: Collection[str]) -> bool:
        """Whether `load_more` has given the values of these variables; never waits."""
        return self._live.has_told(asked)

    def load_work(self) -> DaemonActivity:
        """Tell what the daemon is at; never fails, and is quick while nothing happens.

        For one thread: each look goes on from the one before.
        """
        if self._work_reader is None:
            from .daemon_activity_reader import DaemonActivityReader

            self._work_reader = DaemonActivityReader(self._ledger(), clock=self._clock)
        self._work = self._work_reader.look()
        return self._work

    def load_columns(self) -> list[Column]:
        """Load which variables there are."""
        with self._database.reading() as con:
            return load_columns(con)

    def export(
        self, format_name: Format, *, filter_text: str = "", sort_text: str = "", columns: str = ""
    ) -> Iterator[str]:
        """The table, or a part of it, as text, some lines at a time."""
        from damnit_daemon.export import TableSelection, load_table, text_parts

        choice = TableSelection(filter_text, sort_text, columns)
        return text_parts(load_table(self._database, choice), format_name)

    def close(self) -> None:
        """Let go of the database, and of the processes that read."""
        self._live.close()
        with self._readers_lock:
            if self._reader_pool is not None:
                self._reader_pool.close()
