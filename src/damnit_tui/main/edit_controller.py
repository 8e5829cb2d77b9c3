"""Edits of this session: queued, delayed, contested, failed; and whether writing is possible."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget

from damnit_daemon.errors import DamnitError
from damnit_daemon.model import RunKey

from ..data.edit_commands import Order, SetValues
from ..data.edit_queue import (
    Denial,
    EditConflicted,
    EditDelayed,
    EditFailed,
    EditQueue,
    EditSaved,
    Outcome,
)

MOST_DRAFTS = 50
"""Most texts kept as drafts when an edit cannot be written."""


@dataclass
class RightsChanged(Message):
    """Posted when the permission to write was checked."""

    denied: Denial


@dataclass
class Migrated(Message):
    """The result of a database migration."""

    text: str
    is_good: bool = True


class EditController:
    """Carry out edits in a worker, and keep what is not written yet.

    Attributes:
        denied: Why writing is disabled.
        drafts: Typed texts that are not written yet, by cell.
        delayed: Number of edits that wait for the database; 0 if it is not locked.
        contested: Conflicts that wait for a decision.

    Args:
        queue: The edits of the folder.
        owner: The widget that runs the workers, and that `RightsChanged`, `Migrated` and the
            outcomes (`EditSaved`, `EditDelayed`, `EditConflicted`, `EditFailed`) are posted to.
    """

    def __init__(self, queue: EditQueue, owner: Widget) -> None:
        self.denied = Denial()
        self.drafts = queue.drafts
        self.delayed = 0
        self.contested: deque[EditConflicted] = deque()
        self._queue = queue
        self._owner = owner

    def start(self) -> None:
        """Check if writing is possible, and write what is queued from now on."""
        self.check_rights()
        self._owner.run_worker(self._write, group="edits", exclusive=True, thread=True)

    def stop(self) -> None:
        """Stop the worker, once everything is written or cannot be written at the moment."""
        self._queue.stop()

    def check_rights(self) -> None:
        """Check if writing is possible: permissions and format of the database."""
        self._owner.run_worker(self._check_rights, group="rights", exclusive=True, thread=True)

    def migrate(self) -> None:
        """Migrate the database to the current format."""
        self._owner.run_worker(self._migrate, group="migration", exclusive=True, thread=True)

    def put(self, order: Order) -> None:
        """Queue an order."""
        self._queue.put(order)

    def unwritten(self) -> dict[tuple[RunKey, str], object]:
        """Return the values that are queued, by cell."""
        return {
            (change.key, change.name): change.new
            for order in self._queue.waiting
            if isinstance(order, SetValues)
            for change in order.changes
        }

    def keep_draft(self, order: Order) -> None:
        """Offer the typed text again the next time the cell is edited."""
        if isinstance(order, SetValues):
            for change in order.changes[:MOST_DRAFTS]:
                if change.new is not None:
                    self.drafts[change.key, change.name] = str(change.new)

    def _write(self) -> None:
        for outcome in self._queue.outcomes():
            self._owner.call_later(self._apply, outcome)

    def _apply(self, outcome: Outcome) -> None:
        match outcome:
            case EditSaved(order=SetValues(changes=changes)):
                for change in changes:
                    self.drafts.pop((change.key, change.name), None)
            case EditDelayed():
                self.delayed = outcome.orders
            case EditConflicted():
                self.contested.append(outcome)
            case EditFailed():
                self.keep_draft(outcome.order)
                self.check_rights()
        if not self._queue.waiting:
            self.delayed = 0
        self._owner.post_message(outcome)

    def _check_rights(self) -> None:
        self._owner.call_later(self._set_rights, self._queue.why_not())

    def _set_rights(self, denied: Denial) -> None:
        self.denied = denied
        self._owner.post_message(RightsChanged(denied))

    def _migrate(self) -> None:
        try:
            done = Migrated(self._queue.migrate())
        except DamnitError as error:
            done = Migrated(str(error), is_good=False)
        self._owner.post_message(done)
