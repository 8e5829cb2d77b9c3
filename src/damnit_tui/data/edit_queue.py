"""Edits on their way to the database: kept until they are written, and undone one by one.

The screen puts orders in, a worker carries them out in that order. A database that is
locked delays them, whatever it takes; what cannot be written is told, with what was typed.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey, StoredValue
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    FORMAT_VERSION,
    Conflict,
    Database,
    DatabaseBusy,
    EditConflict,
    NameRefused,
    Note,
    NoteChanged,
    TypeLost,
    ValuesDoNotFit,
    VariableChanged,
    VariableInUse,
    load_notes,
    migrate,
)

from ..sanitize import clip, visible
from .edit_commands import Order, Redo, SetValues, Undo

if TYPE_CHECKING:
    from damnit_daemon.edit import AnySaved, Editor
    from damnit_daemon.edit.deletion import Deletion

TIMEOUT_S = 2.0
"""How long one attempt waits for a lock."""
RETRY_S = 0.5
OVERTAKEN = (
    NameRefused,
    NoteChanged,
    TypeLost,
    ValuesDoNotFit,
    VariableChanged,
    VariableInUse,
)
"""What others have done meanwhile can make an undo impossible for good."""
LONGEST_SAID = 40
"""Characters of a value in a message."""


class EditSaved(NamedTuple):
    """An order was carried out."""

    order: Order
    said: str
    """What has happened, in words."""
    values: tuple[StoredValue, ...] = ()
    """What is stored now, to be shown before the database is read again."""
    problem: str = ""
    """What went wrong besides."""


class EditDelayed(NamedTuple):
    """Nothing can be written at the moment; it is tried again."""

    orders: int
    """How many wait."""
    problem: str
    """Why."""


class EditConflicted(NamedTuple):
    """Somebody else has changed cells meanwhile; nothing was written."""

    order: SetValues
    conflicts: tuple[Conflict, ...]
    is_typed: bool = True
    """Somebody typed the new values just now; else they are from before."""


class EditFailed(NamedTuple):
    """An order cannot be carried out; nothing was written."""

    order: Order
    problem: str


Outcome = EditSaved | EditDelayed | EditConflicted | EditFailed


class Denial(NamedTuple):
    """Why nothing can be written, and what could be done about it; false if it can."""

    reason: str = ""
    old_format: int = 0
    """The database's format, if bringing that up to date would help."""

    def __bool__(self) -> bool:
        return bool(self.reason)


@dataclass(frozen=True)
class Step:
    """Something that can be undone."""

    words: str
    saved: AnySaved


class EditQueue:
    """What one session edits in a folder.

    Attributes:
        drafts: What was typed for cells and is not written, by cell.

    Args:
        folder: Which.
        read_only: Whether nothing may be changed.
        clock: Tells the time.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        *,
        read_only: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._read_only = read_only
        self._clock = clock
        self.drafts: dict[tuple[RunKey, str], str] = {}
        self._orders: deque[Order] = deque()
        self._telling = False
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._editor: Editor | None = None
        self._done: list[Step] = []
        self._undone: list[Step] = []

    # For the screen: none of these waits

    def put(self, order: Order) -> None:
        """Have something written."""
        with self._changed:
            self._orders.append(order)
            self._changed.notify_all()

    @property
    def waiting(self) -> tuple[Order, ...]:
        """What is not written yet, the first first."""
        with self._changed:
            return tuple(self._orders)

    @property
    def is_idle(self) -> bool:
        """Whether all is written, and what became of it has been told."""
        with self._changed:
            return not self._orders and not self._telling

    def stop(self) -> None:
        """End `outcomes` as soon as all is written, or cannot be written at the moment."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    # For workers

    def why_not(self) -> Denial:
        """Say why nothing can be written here."""
        if self._read_only:
            return Denial("It was opened with --read-only.")
        database = self._folder.database
        if not os.access(self._folder.path, os.F_OK):
            return Denial()  # it may come back; until then each edit says that it is gone
        if os.access(database, os.F_OK) and not os.access(database, os.W_OK):
            return Denial(f"You may not write to {database}.")
        if not os.access(self._folder.path, os.W_OK):  # SQLite writes beside the file
            return Denial(f"You may not write to the folder {self._folder.path}.")
        return self._format_denial()

    def _format_denial(self) -> Denial:
        try:
            version = Database(self._folder.database, timeout_s=TIMEOUT_S).format_version()
        except DamnitError:
            return Denial()  # locked, missing: each edit says so
        if version > FORMAT_VERSION:
            reason = f"Its database has format {version}, newer than this program can write."
            return Denial(reason)
        if 1 <= version < FORMAT_VERSION:
            reason = f"Its database has the old format {version}, which can only be read."
            return Denial(reason, version)
        return Denial()

    def migrate(self) -> str:
        """Bring a database of an old format up to date; says where the copy of the old one is.

        Raises:
            DamnitError: If that is not possible; nothing has changed then.
        """
        backup = migrate(self._folder.database, timeout_s=TIMEOUT_S)
        done = f"The database has format {FORMAT_VERSION} now"
        return f"{done}." if backup is None else f"{done}; the old one is kept as {backup.name}."

    def load_notes(self) -> list[Note]:
        """The notes there are, by time.

        Raises:
            StoreError: If they cannot be read.
        """
        with Database(self._folder.database, timeout_s=TIMEOUT_S).reading() as con:
            return load_notes(con)

    def delete_variable(self, name: str, progress: Callable[[int, int], bool]) -> Deletion:
        """Delete a variable with all its data; takes its time.

        Args:
            name: Which.
            progress: Told how many of how many files are done; ends it by returning False.

        Raises:
            DamnitError: If it cannot be deleted; says why.
        """
        from damnit_daemon.edit.deletion import delete_variable

        deletion = delete_variable(self._folder, name, progress=progress, clock=self._clock)
        if deletion.undo is not None and deletion.undo.before is not None:
            title = deletion.undo.before.title
            self._remember(Step(f"the variable {title}", deletion.undo))
        return deletion

    def outcomes(self) -> Iterator[Outcome]:
        """Carry out one order after the other, and tell what became of each; until `stop`."""
        while (order := self._next()) is not None:
            try:
                outcome = self._carry_out(order)
            except DatabaseBusy as error:
                yield EditDelayed(len(self.waiting), error.message)
                if self._stop.wait(RETRY_S):
                    break  # the drafts have what was typed
                continue
            with self._changed:
                self._orders.popleft()
                self._telling = True
            yield outcome
            self._telling = False
        if self._editor is not None:
            self._editor.close()

    def _next(self) -> Order | None:
        """The next order, also when it is to end; None if none is left then."""
        with self._changed:
            self._changed.wait_for(lambda: self._orders or self._stop.is_set())
            return self._orders[0] if self._orders else None

    def _carry_out(self, order: Order) -> Outcome:
        try:
            if self._read_only:
                raise DamnitError(self.why_not().reason)
            if isinstance(order, SetValues):
                return self._set(order)
            if isinstance(order, Undo):
                return self._step_back(order, self._done, self._undone, "Undone")
            if isinstance(order, Redo):
                return self._step_back(order, self._undone, self._done, "Redone")
            done = order.carry_out(self._open())
            if done.saved is not None:
                self._remember(Step(order.words, done.saved))
            return EditSaved(order, done.said, done.values, self._open().problem)
        except DatabaseBusy:
            raise
        except DamnitError as error:
            return EditFailed(order, str(error))

    def _set(self, order: SetValues) -> Outcome:
        editor = self._open()
        try:
            saved = editor.set_values(order.changes)
        except EditConflict as conflict:
            return EditConflicted(order, conflict.conflicts)
        if saved.changes:
            self._remember(Step(order.words, saved))
        return EditSaved(order, "", saved.written, editor.problem)

    def _step_back(
        self, order: Undo | Redo, steps: list[Step], others: list[Step], word: str
    ) -> Outcome:
        """Undo a step, or do it again: the same, from one list to the other."""
        if not steps:
            what = "redo" if isinstance(order, Redo) else "undo"
            return EditSaved(order, f"There is nothing to {what}.")
        from damnit_daemon.edit import SavedValues

        step = steps[-1]
        editor = self._open()
        try:
            saved = editor.take_back(step.saved)
        except EditConflict as conflict:
            assert isinstance(step.saved, SavedValues)
            steps.remove(step)  # another press goes on to the one before
            again = SetValues(tuple(step.saved.undone()), step.words)
            return EditConflicted(again, conflict.conflicts, is_typed=False)
        except OVERTAKEN as error:
            steps.remove(step)
            return EditFailed(order._replace(words=f"{order.words}, {step.words}"), str(error))
        steps.remove(step)
        others.append(Step(step.words, saved))
        values = getattr(saved, "written", ())
        return EditSaved(order, f"{word}: {_now(step.words, saved)}", values, editor.problem)

    def _remember(self, step: Step) -> None:
        self._done.append(step)
        self._undone.clear()

    def _open(self) -> Editor:
        if self._editor is None:
            from damnit_daemon.edit import Editor

            self._editor = Editor(self._folder, clock=self._clock, timeout_s=TIMEOUT_S)
        return self._editor


def _now(words: str, saved: AnySaved) -> str:
    """What was edited, and what it is now if that can be said in a line."""
    from damnit_daemon.edit import SavedValues

    if not isinstance(saved, SavedValues):
        what = (
            "gone"
            if saved.after is None
            else "there again"
            if saved.before is None
            else "as it was"
        )
        return f"{words} is {what}"
    if len(saved.changes) != 1:
        return words
    value = saved.changes[0].new
    shown = "empty" if value is None or value == "" else clip(visible(str(value)), LONGEST_SAID)
    return f"{words} is {shown}"
