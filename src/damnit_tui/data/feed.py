"""What a worker tells the screen about the database, from the first look on and for ever.

Newest runs come first, then those on the screen, the rest in portions, and what others write.
A database that is locked, missing, broken or replaced is reported, and tried again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import Column, RunKey, RunRow, StoredValue
from damnit_daemon.model.batch import AheadRow, Batch
from damnit_daemon.store import Cell, Changes, DatabaseMissing, Note

from .daemon_activity import DaemonActivity
from .first_page import FirstPage
from .session import Session
from .worker_errors import Failure, as_told, unforeseen

POLL_S = 0.25
RETRY_S = 1.0
WORK_S = 0.5
"""The least time between two looks at what the daemon is at."""
PORTION = 20
"""Runs on the screen that are read whole at a time; keys are answered in between."""


class Health(NamedTuple):
    """Whether the database can be read."""

    read_at: float | None = None
    """When it was last read, Unix seconds; None before the first time."""
    problem: str = ""
    """Why it could not be read since; empty while it can."""
    hint: str = ""
    missing: bool = False
    """There is no database (yet)."""
    has_context_file: bool = True
    writable: bool = True


class Update(NamedTuple):
    """News of the database, to be taken in at once."""

    restart: bool = False
    """It is the first look, or another database: forget everything before."""
    proposal: int | None = None
    """Told on a restart."""
    runs: tuple[RunRow, ...] = ()
    has_all_runs: bool = False
    """There are no others than these."""
    columns: tuple[Column, ...] | None = None
    """All there are; None: as before."""
    values: tuple[StoredValue, ...] = ()
    portion: Batch | None = None
    """More values, of runs here and there."""
    ahead: Sequence[AheadRow] = ()
    """Values to filter and sort by, until they come with all that belongs to them."""
    complete: tuple[RunKey, ...] = ()
    """Runs of which all values have come now: without a portion, all of them in `values`."""
    removed_runs: tuple[RunKey, ...] = ()
    removed_values: tuple[tuple[RunKey, str], ...] = ()
    live: bool = False
    """Somebody has just written this, it was not there before."""


class NotesRead(NamedTuple):
    """The notes there are now, by time."""

    notes: tuple[Note, ...]


News = Update | Health | DaemonActivity | NotesRead


class Feed:
    """Reads a database and yields what the screen must know.

    Args:
        session: The door to it.
        pace_s: The least time between two updates of live changes.
        clock: Tells the time, for `Health.read_at`.
    """

    def __init__(
        self, session: Session, *, pace_s: float = 0.5, clock: Callable[[], float] = time.time
    ) -> None:
        self.health = Health()
        """How things stand; replaced as a whole, so any thread may look."""
        self._session = session
        self._pace_s = pace_s
        self._clock = clock
        self.has_all = False
        """Whether everything there was has been handed on; only news follow."""
        self.shown: tuple[RunKey, ...] = ()
        """The runs on the screen, in which changes are looked for first; any thread may set it."""
        self.asked: frozenset[str] = frozenset()
        """The variables by which somebody filters or sorts, read before the others; `ANY` for the
        texts and errors of all. Any thread may set it."""
        self._begun = False
        self._follows = False
        """Whether what was handed on holds, so that reading goes on where it was."""
        self._known: list[RunKey] = []
        self._waiting: set[RunKey] = set()
        self._ahead: set[Cell] = set()
        """Cells that were handed on before their turn: their rows may be gone when that comes."""
        self._work = DaemonActivity()
        self._work_at_s = 0.0
        self._notes: tuple[Note, ...] = ()
        self._may_have_notes = True
        self._notes_at_s = 0.0
        """When to try again what could not be read."""
        self._stop = threading.Event()
        self._taken = threading.Event()

    @property
    def has_asked(self) -> bool:
        """Whether all values of what is asked for have been handed on, so that none is missed."""
        return not self.asked or self._session.changes.has_told(self.asked)

    def stop(self) -> None:
        """End `updates` soon."""
        self._stop.set()
        self._taken.set()

    def acknowledge(self) -> None:
        """The last update has been taken in: the next may come."""
        self._taken.set()

    def prepared_update(self) -> Update | None:
        """The first update, if it can be had without waiting; then `updates` begins after it."""
        if not self._session.first_page.is_ready():
            return None
        try:
            update = self._first_update()
        except Failure as error:
            self.health = self._illness(as_told(error))
            return None
        self._begun = True
        self.health = Health(read_at=self._clock())
        return update

    def updates(self) -> Iterator[News]:
        """Yield updates until `stop`, and health, daemon activity and notes when they change."""
        while not self._stop.is_set():
            try:
                for news in self._read():
                    if isinstance(news, DaemonActivity | NotesRead):
                        yield news
                        continue
                    yield from self._well()
                    yield news
                    self._wait_taken()
            except Failure as error:
                yield from self._ill(as_told(error))
                yield from self._look_at_work()
                self._stop.wait(RETRY_S)
                self._may_have_notes = True
            except Exception as error:  # noqa: BLE001 – the border: no row may end the news
                yield from self._ill(unforeseen(error))
                self._stop.wait(RETRY_S)
                self._follows = False

    def _look_at_work(self) -> Iterator[DaemonActivity]:
        """What the daemon is at, if that is not the same as before."""
        now_s = time.monotonic()
        if now_s - self._work_at_s < WORK_S:
            return
        self._work_at_s = now_s
        before, self._work = self._work, self._session.activity.look()
        if self._work != before:
            yield self._work

    def _look_at_notes(self) -> Iterator[NotesRead]:
        """The notes, if they are not the same as before."""
        if time.monotonic() < self._notes_at_s:
            return
        try:
            notes = tuple(self._session.edits.load_notes())
        except Failure:  # those that are shown stay; runs are what matters
            self._notes_at_s = time.monotonic() + RETRY_S
            return
        self._may_have_notes = False
        if notes != self._notes:
            self._notes = notes
            yield NotesRead(notes)

    def _read(self) -> Iterator[Update | DaemonActivity | NotesRead]:
        """From the first look on, or from where an error came between."""
        if not self._follows:
            yield from self._begin()
        yield from self._values_and_news()

    def _first_update(self) -> Update:
        update = first_update(self._session.first_page.load())
        self._ahead = {(value.key, value.name) for value in update.values}
        return update

    def _begin(self) -> Iterator[Update | DaemonActivity]:
        self.has_all = False
        if not self._begun:
            yield self._first_update()
        self._begun = False
        # From here on changes are noticed: whatever came since is in them or in the rest.
        first = self._session.changes.restart()
        self._known = [run.key for run in first.runs]
        self._waiting = set(self._known)
        self._follows = True
        self._may_have_notes = True
        yield Update(runs=first.runs, has_all_runs=True, columns=first.columns)
        yield from self._look_at_work()

    def _values_and_news(self) -> Iterator[Update | DaemonActivity | NotesRead]:
        """All values, those on the screen first, and what others write meanwhile and later."""
        told_at_s = 0.0
        waiting = self._waiting
        while not self._stop.is_set():
            yield from self._look_at_work()
            if not self.has_all and (some := [k for k in self.shown if k in waiting][:PORTION]):
                values = tuple(self._session.load_values(some))
                waiting.difference_update(some)
                self._ahead.update((value.key, value.name) for value in values)
                yield Update(values=values, complete=tuple(some))
            now_s = time.monotonic()
            if now_s - told_at_s >= self._pace_s and self._session.changes.changed():
                told_at_s = now_s
                self._may_have_notes = True
                changes: Changes | None = self._load_changes()
            else:
                changes = self._session.changes.walk(self.asked)
            if changes is not None and changes.is_new:
                self._follows = False
                return
            self._note_read()
            if changes:
                yield live_update(changes)
            if self._may_have_notes:
                yield from self._look_at_notes()
            if not self.has_all and self._session.changes.has_all:
                gone = tuple(self._session.changes.unknown(self._ahead))
                yield Update(
                    portion=Batch([], {}), complete=tuple(self._known), removed_values=gone
                )
                self.has_all = True
            if self.has_all:
                self._stop.wait(POLL_S)

    def _load_changes(self) -> Changes:
        """Load what was written since; at once in runs on the screen and those being processed."""
        return self._session.changes.changes({*self.shown, *self._work.runs})

    def _wait_taken(self) -> None:
        """Wait until the screen has caught up; what is written meanwhile is read in one go."""
        while not self._taken.wait(1.0) and not self._stop.is_set():
            pass
        self._taken.clear()

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
            # Which folder this is stands above.
            problem=error.message.replace(f"{self._session.folder.path}/", ""),
            hint=error.hint,
            missing=isinstance(error, DatabaseMissing),
            has_context_file=self._session.has_context_file(),
        )


def first_update(look: FirstPage) -> Update:
    """What the screen begins with."""
    return Update(
        restart=True,
        proposal=look.proposal,
        runs=tuple(look.runs),
        columns=tuple(look.columns),
        values=tuple(look.values),
        complete=tuple(look.complete),
    )


def live_update(changes: Changes) -> Update:
    """What somebody has just written, or a portion of what there was before."""
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
