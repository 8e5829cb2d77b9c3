"""Edits waiting to be written to the database, and the history to undo them.

The screen queues orders, a worker carries them out in that sequence. A locked database
delays them for as long as it takes; a failed order is reported with the typed text.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey, StoredValue
from damnit_daemon.paths import DamnitFolder
from damnit_daemon.store import (
    FORMAT_VERSION,
    AlertChange,
    Conflict,
    Database,
    DatabaseBusy,
    EditConflict,
    LabelChange,
    LabelsChanged,
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
from .edit_commands import EditResult, Order, Redo, SetValues, Undo

if TYPE_CHECKING:
    from damnit_daemon.edit import AnySaved, Editor
    from damnit_daemon.edit.deletion import Deletion

TIMEOUT_S = 2.0
"""How long one attempt waits for a lock."""
RETRY_S = 0.5
OVERTAKEN = (
    LabelsChanged,
    NameRefused,
    NoteChanged,
    TypeLost,
    ValuesDoNotFit,
    VariableChanged,
    VariableInUse,
)
"""Errors that make an undo permanently impossible: others have changed the same data."""
LONGEST_VALUE = 40
"""Longest value in a message, in characters."""


@dataclass
class EditSaved(Message):
    """An order that was carried out."""

    order: Order
    message: str
    """Description of what was done."""
    values: tuple[StoredValue, ...] = ()
    """The stored values, shown before the database is read again."""
    problem: str = ""
    """A problem that did not prevent the edit."""
    labels: tuple[LabelChange, ...] = ()
    """The stored labels, shown before the database is read again."""
    alerts: tuple[AlertChange, ...] = ()
    """The stored alerts, shown before the database is read again."""


@dataclass
class EditDelayed(Message):
    """Writing is not possible at the moment; it will be retried."""

    orders: int
    """Number of waiting orders."""
    problem: str
    """The reason."""


@dataclass
class EditConflicted(Message):
    """Cells were changed by someone else in the meantime; nothing was written."""

    order: SetValues
    conflicts: tuple[Conflict, ...]
    is_typed: bool = True
    """True if the new values were just typed; False for values restored by undo or redo."""


@dataclass
class EditFailed(Message):
    """An order that cannot be carried out; nothing was written."""

    order: Order
    problem: str


Outcome = EditSaved | EditDelayed | EditConflicted | EditFailed


class Denial(NamedTuple):
    """Why writing is disabled, and what could be done about it; falsy if writing is possible."""

    reason: str = ""
    old_format: int | None = None
    """The database's format, if a migration would help."""

    def __bool__(self) -> bool:
        return bool(self.reason)


@dataclass(frozen=True)
class Step:
    """An edit that can be undone."""

    words: str
    saved: AnySaved


class EditQueue:
    """The edits of one session in a folder.

    Attributes:
        drafts: Typed texts that are not written yet, by cell.

    Args:
        folder: The folder.
        read_only: True to disable writing.
        clock: Returns the current time.
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
        self._notifying = False
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._editor: Editor | None = None
        self._done: list[Step] = []
        self._undone: list[Step] = []

    # For the screen: none of these blocks

    def put(self, order: Order) -> None:
        """Queue an order."""
        with self._changed:
            self._orders.append(order)
            self._changed.notify_all()

    @property
    def waiting(self) -> tuple[Order, ...]:
        """Unwritten orders, oldest first."""
        with self._changed:
            return tuple(self._orders)

    @property
    def is_idle(self) -> bool:
        """True if every order is written and its outcome reported."""
        with self._changed:
            return not self._orders and not self._notifying

    def stop(self) -> None:
        """End `outcomes` once everything is written, or cannot be written at the moment."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()

    # For workers

    def why_not(self) -> Denial:
        """Return the reason why writing is disabled, if it is."""
        if self._read_only:
            return Denial("It was opened with --read-only.")
        database = self._folder.database
        if not os.access(self._folder.path, os.F_OK):
            return Denial()  # it may come back; until then each edit reports the error
        if os.access(database, os.F_OK) and not os.access(database, os.W_OK):
            return Denial(f"No write permission for {database}.")
        if not os.access(self._folder.path, os.W_OK):  # SQLite writes next to the file
            return Denial(f"No write permission for the folder {self._folder.path}.")
        return self._format_denial()

    def _format_denial(self) -> Denial:
        try:
            version = Database(self._folder.database, timeout_s=TIMEOUT_S).format_version()
        except DamnitError:
            return Denial()  # locked or missing: each edit reports it
        if version > FORMAT_VERSION:
            reason = f"The database format {version} is too new: editing needs a newer damnit-tui."
            return Denial(reason)
        if version < FORMAT_VERSION:
            reason = f"The database has the old format {version}, which is read-only."
            return Denial(reason, version)
        return Denial()

    def migrate(self) -> str:
        """Migrate a database of an old format; return where the backup is.

        Raises:
            DamnitError: If that fails; nothing has changed then.
        """
        backup = migrate(self._folder.database, timeout_s=TIMEOUT_S)
        done = f"Migrated the database to format {FORMAT_VERSION}"
        return f"{done}." if backup is None else f"{done}; the backup is {backup.name}."

    def load_notes(self) -> list[Note]:
        """Load the notes, by time.

        Raises:
            StoreError: If they cannot be read.
        """
        with Database(self._folder.database, timeout_s=TIMEOUT_S).reading() as con:
            return load_notes(con)

    def delete_variable(self, name: str, progress: Callable[[int, int], bool]) -> Deletion:
        """Delete a variable with all its data; slow.

        Args:
            name: The variable.
            progress: Called with the number of files done and in total; returns False to stop.

        Raises:
            DamnitError: If it cannot be deleted; with the reason.
        """
        from damnit_daemon.edit.deletion import delete_variable

        deletion = delete_variable(self._folder, name, progress=progress, clock=self._clock)
        if deletion.undo is not None and deletion.undo.before is not None:
            title = deletion.undo.before.title
            self._remember(Step(f"the variable {title}", deletion.undo))
        return deletion

    def outcomes(self) -> Iterator[Outcome]:
        """Carry out one order after the other and yield their outcomes, until `stop`."""
        while (order := self._next()) is not None:
            try:
                outcome = self._carry_out(order)
            except DatabaseBusy as error:
                yield EditDelayed(len(self.waiting), error.message)
                if self._stop.wait(RETRY_S):
                    break  # the drafts keep the typed text
                continue
            with self._changed:
                self._orders.popleft()
                self._notifying = True
            yield outcome
            self._notifying = False
        if self._editor is not None:
            self._editor.close()

    def _next(self) -> Order | None:
        """The next order, even while stopping; None if none is left then."""
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
            problem = self._open().problem
            return EditSaved(order, done.message, done.values, problem, done.labels, done.alerts)
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
        """Undo or redo a step, moving it from one list to the other."""
        if not steps:
            what = "redo" if isinstance(order, Redo) else "undo"
            return EditSaved(order, f"Nothing to {what}.")
        from damnit_daemon.edit import SavedValues

        step = steps[-1]
        editor = self._open()
        try:
            saved = editor.revert(step.saved)
        except EditConflict as conflict:
            assert isinstance(step.saved, SavedValues)
            steps.remove(step)  # another press continues with the step before
            again = SetValues(tuple(step.saved.undone()), step.words)
            return EditConflicted(again, conflict.conflicts, is_typed=False)
        except OVERTAKEN as error:
            steps.remove(step)
            return EditFailed(order._replace(words=f"{order.words}, {step.words}"), str(error))
        steps.remove(step)
        others.append(Step(step.words, saved))
        done = EditResult(f"{word}: {_now(step.words, saved)}", saved)
        problem = editor.problem
        return EditSaved(order, done.message, done.values, problem, done.labels, done.alerts)

    def _remember(self, step: Step) -> None:
        self._done.append(step)
        self._undone.clear()

    def _open(self) -> Editor:
        if self._editor is None:
            from damnit_daemon.edit import Editor
            from damnit_daemon.store.identity import note_place

            note_place(self._folder)
            self._editor = Editor(self._folder, clock=self._clock, timeout_s=TIMEOUT_S)
        return self._editor


def _now(words: str, saved: AnySaved) -> str:
    """Describe the edit, with the new value if it fits on a line."""
    from damnit_daemon.edit import SavedAlerts, SavedLabels, SavedValues

    if isinstance(saved, SavedLabels | SavedAlerts):
        return words
    if not isinstance(saved, SavedValues):
        what = (
            "removed"
            if saved.after is None
            else "restored"
            if saved.before is None
            else "back to its previous state"
        )
        return f"{words} is {what}"
    if len(saved.changes) != 1:
        return words
    value = saved.changes[0].new
    shown = "empty" if value is None or value == "" else clip(visible(str(value)), LONGEST_VALUE)
    return f"{words} is {shown}"
