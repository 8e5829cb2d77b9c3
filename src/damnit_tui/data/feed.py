"""The worker's stream of events about the database, for the screen.

Newest runs come first, then those on the screen, the rest in batches, and live changes.
A locked, missing, broken or replaced database is reported, and reading is retried.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import Column, RunKey, RunRow, StoredValue
from damnit_daemon.model.batch import AheadRow, ValueBatch
from damnit_daemon.store import Cell, Changes, DatabaseMissing, Note, RaisedAlert

from .daemon_activity import DaemonActivity
from .first_page import FirstPage
from .session import Session
from .worker_errors import Failure, as_user_error, unforeseen

if TYPE_CHECKING:
    from damnit_daemon.derived import Definition

POLL_S = 0.25
RETRY_S = 1.0
WORK_S = 0.5
"""Minimum interval between polls of the daemon's activity."""
SHARED_S = 2.0
"""Minimum interval between looks at the shared derived columns."""
PORTION = 20
"""Runs on the screen that are read in full at a time; keys are handled in between."""


class Health(NamedTuple):
    """State of the connection to the database."""

    read_at: float | None = None
    """When it was last read, Unix seconds; None before the first time."""
    problem: str = ""
    """Why reading has failed since; empty while it works."""
    hint: str = ""
    missing: bool = False
    """True if there is no database (yet)."""
    has_context_file: bool = True
    writable: bool = True


class Update(NamedTuple):
    """Changes of the database, to be applied at once."""

    restart: bool = False
    """True for the first update, or another database: discard everything before."""
    proposal: int | None = None
    """Set on a restart."""
    runs: tuple[RunRow, ...] = ()
    has_all_runs: bool = False
    """True if there are no other runs than these."""
    columns: tuple[Column, ...] | None = None
    """All columns; None if unchanged."""
    values: tuple[StoredValue, ...] = ()
    portion: ValueBatch | None = None
    """More values, of any runs."""
    ahead: Sequence[AheadRow] = ()
    """Values to filter and sort by, ahead of the rest of their runs."""
    complete: tuple[RunKey, ...] = ()
    """Runs that are now complete: without a portion, all their values are in `values`."""
    removed_runs: tuple[RunKey, ...] = ()
    removed_values: tuple[tuple[RunKey, str], ...] = ()
    live: bool = False
    """True if this was just written, not there before."""


class NotesRead(NamedTuple):
    """All current notes, by time, and the alerts that were raised, newest runs first."""

    notes: tuple[Note, ...] = ()
    alerts: tuple[RaisedAlert, ...] = ()


class DerivedRead(NamedTuple):
    """All derived columns shared in the folder."""

    definitions: tuple[Definition, ...]


FeedItem = Update | Health | DaemonActivity | NotesRead | DerivedRead


class Feed:
    """Read a database and yield what the screen must know.

    Args:
        session: The open folder.
        pace_s: Minimum interval between two updates of live changes.
        clock: Returns the current time, for `Health.read_at`.
    """

    def __init__(
        self, session: Session, *, pace_s: float = 0.5, clock: Callable[[], float] = time.time
    ) -> None:
        self.health = Health()
        """Current state; replaced as a whole, so any thread may read it."""
        self._session = session
        self._pace_s = pace_s
        self._clock = clock
        self.has_all = False
        """True once all existing data was yielded; only changes follow."""
        self.shown: tuple[RunKey, ...] = ()
        """The runs on the screen, checked first for changes; any thread may set it."""
        self.first_names: frozenset[str] = frozenset()
        """The variables used to filter or sort, read before the others; `ANY` for the texts and
        errors of all. Any thread may set it."""
        self._begun = False
        self._follows = False
        """True if the yielded data is still valid, so that reading continues where it was."""
        self._known: list[RunKey] = []
        self._waiting: set[RunKey] = set()
        self._ahead: set[Cell] = set()
        """Cells yielded ahead of their turn: their rows may be gone when that comes."""
        self._work = DaemonActivity()
        self._work_at_s = 0.0
        self._notes = NotesRead()
        self._derived_at_s = -SHARED_S
        self._may_have_notes = True
        self._notes_at_s = 0.0
        """When to retry after a failed reading."""
        self._stop = threading.Event()
        self._acknowledged = threading.Event()

    @property
    def has_first_names(self) -> bool:
        """True once all values of the requested variables were yielded, so that none is missed."""
        return not self.first_names or self._session.changes.has_reported(self.first_names)

    def stop(self) -> None:
        """End `updates` soon."""
        self._stop.set()
        self._acknowledged.set()

    def acknowledge(self) -> None:
        """Acknowledge the last update: the next one may follow."""
        self._acknowledged.set()

    def prepared_update(self) -> Update | None:
        """Return the first update if it is ready; `updates` then starts after it."""
        if not self._session.first_page.is_ready():
            return None
        try:
            update = self._first_update()
        except Failure as error:
            self.health = self._illness(as_user_error(error))
            return None
        self._begun = True
        self.health = Health(read_at=self._clock())
        return update

    def updates(self) -> Iterator[FeedItem]:
        """Yield updates until `stop`, and health, daemon activity and notes when they change."""
        while not self._stop.is_set():
            try:
                for item in self._read():
                    if isinstance(item, DaemonActivity | NotesRead | DerivedRead):
                        yield item
                        continue
                    yield from self._well()
                    yield item
                    self._wait_acknowledged()
            except Failure as error:
                yield from self._ill(as_user_error(error))
                yield from self._changed_activity()
                self._stop.wait(RETRY_S)
                self._may_have_notes = True
            except Exception as error:  # noqa: BLE001 – boundary: no row may stop the feed
                yield from self._ill(unforeseen(error))
                self._stop.wait(RETRY_S)
                self._follows = False

    def _changed_activity(self) -> Iterator[DaemonActivity]:
        """Yield the daemon's activity if it has changed."""
        now_s = time.monotonic()
        if now_s - self._work_at_s < WORK_S:
            return
        self._work_at_s = now_s
        before, self._work = self._work, self._session.activity.read()
        if self._work != before:
            yield self._work

    def _changed_derived(self) -> Iterator[DerivedRead]:
        """Yield the shared derived columns if they have changed."""
        now_s = time.monotonic()
        if now_s - self._derived_at_s >= SHARED_S:
            self._derived_at_s = now_s
            if (found := self._session.shared_columns.load_changed()) is not None:
                yield DerivedRead(found)

    def _changed_notes(self) -> Iterator[NotesRead]:
        """Yield notes and alerts if they have changed."""
        if time.monotonic() < self._notes_at_s:
            return
        try:
            notes = NotesRead(*self._session.load_notes_and_alerts())
        except Failure:  # keep the ones shown; runs matter more
            self._notes_at_s = time.monotonic() + RETRY_S
            return
        self._may_have_notes = False
        if notes != self._notes:
            self._notes = notes
            yield notes

    def _read(self) -> Iterator[Update | DaemonActivity | NotesRead | DerivedRead]:
        """Read from the start, or from where an error interrupted."""
        if not self._follows:
            yield from self._begin()
        yield from self._values_and_changes()

    def _first_update(self) -> Update:
        update = first_update(self._session.first_page.load())
        self._ahead = {(value.key, value.name) for value in update.values}
        return update

    def _begin(self) -> Iterator[Update | DaemonActivity | DerivedRead]:
        self.has_all = False
        if not self._begun:
            yield self._first_update()
        self._begun = False
        # From here on changes are tracked: later ones are in them or in the rest.
        first = self._session.changes.restart()
        self._known = [run.key for run in first.runs]
        self._waiting = set(self._known)
        self._follows = True
        self._may_have_notes = True
        yield from self._changed_derived()
        yield Update(runs=first.runs, has_all_runs=True, columns=first.columns)
        yield from self._changed_activity()

    def _values_and_changes(
        self,
    ) -> Iterator[Update | DaemonActivity | NotesRead | DerivedRead]:
        """Yield all values, visible runs first, and changes by others meanwhile and later."""
        posted_at_s = 0.0
        waiting = self._waiting
        while not self._stop.is_set():
            yield from self._changed_activity()
            yield from self._changed_derived()
            if not self.has_all and (some := [k for k in self.shown if k in waiting][:PORTION]):
                values = tuple(self._session.load_values(some))
                waiting.difference_update(some)
                self._ahead.update((value.key, value.name) for value in values)
                yield Update(values=values, complete=tuple(some))
            now_s = time.monotonic()
            if now_s - posted_at_s >= self._pace_s and self._session.changes.changed():
                posted_at_s = now_s
                self._may_have_notes = True
                changes: Changes | None = self._load_changes()
            else:
                changes = self._session.changes.walk(self.first_names)
            if changes is not None and changes.is_new:
                self._follows = False
                return
            self._note_read()
            if changes:
                yield live_update(changes)
            if self._may_have_notes:
                yield from self._changed_notes()
            if not self.has_all and self._session.changes.has_all:
                gone = tuple(self._session.changes.unknown(self._ahead))
                yield Update(
                    portion=ValueBatch([], {}), complete=tuple(self._known), removed_values=gone
                )
                self.has_all = True
            if self.has_all:
                self._stop.wait(POLL_S)

    def _load_changes(self) -> Changes:
        """Load recent changes; at once in runs on the screen and those being processed."""
        return self._session.changes.changes({*self.shown, *self._work.runs})

    def _wait_acknowledged(self) -> None:
        """Wait until the screen has caught up; changes that accumulate are read in one go."""
        while not self._acknowledged.wait(1.0) and not self._stop.is_set():
            pass
        self._acknowledged.clear()

    def _note_read(self) -> None:
        self.health = Health(read_at=self._clock(), writable=self.health.writable)

    def _well(self) -> Iterator[Health]:
        before, self.health = (
            self.health,
            Health(read_at=self._clock(), writable=self._session.is_writable()),
        )
        if before.problem or before.read_at is None:
            yield self.health

    def _ill(self, error: DamnitError) -> Iterator[Health]:
        before, self.health = self.health, self._illness(error)
        if before.problem != self.health.problem:
            yield self.health

    def _illness(self, error: DamnitError) -> Health:
        return Health(
            read_at=self.health.read_at,
            # The folder's name is shown above.
            problem=error.message.replace(f"{self._session.folder.path}/", ""),
            hint=error.hint,
            missing=isinstance(error, DatabaseMissing),
            has_context_file=self._session.has_context_file(),
        )


def first_update(look: FirstPage) -> Update:
    """Return the update the screen starts with."""
    return Update(
        restart=True,
        proposal=look.proposal,
        runs=tuple(look.runs),
        columns=tuple(look.columns),
        values=tuple(look.values),
        complete=tuple(look.complete),
    )


def live_update(changes: Changes) -> Update:
    """Return the update of live changes, or of a batch of existing values."""
    return Update(
        runs=changes.runs,
        columns=changes.columns,
        values=changes.values,
        portion=changes.portion,
        ahead=changes.ahead,
        complete=tuple(run.key for run in changes.runs),
        removed_runs=changes.removed_runs,
        removed_values=changes.removed_values,
        live=changes.portion is None and not changes.ahead,
    )
