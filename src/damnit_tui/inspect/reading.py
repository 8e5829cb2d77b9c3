"""The worker that reads: always the newest wish, one at a time, and never in a key's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError
from damnit_daemon.model.looked import Looked, View

from ..inspected import Inspected
from ..table.rows import FIXED
from ..table.view import CellAddress

if TYPE_CHECKING:
    from damnit_daemon.model import Column, StoredValue

    from ..session import Session

PATIENCE_S = 0.3
"""What takes no longer is finished even if something newer is wanted: a held key shows its way."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see."""

    address: CellAddress
    column: Column
    known: StoredValue | None
    """What the table holds of it."""
    view: View
    needs_cell: bool
    """Whether what the database and the ledger say is wanted too."""


@dataclass(frozen=True)
class Answer:
    """What was found; one of the three, or none: there is no data to look for."""

    wish: Wish
    inspected: Inspected | None = None
    looked: Looked | None = None
    problem: str = ""
    """Why there is no data to be drawn."""


def has_data(column: Column) -> bool:
    """Whether there may be more than the database holds: not of times, nor of what people typed."""
    return column.type is None and column.name not in {fixed.name for fixed in FIXED}


class Reader:
    """Takes wishes from any thread and answers in the one that iterates over `answers`."""

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock
        self._changed = threading.Condition()
        self._wish: Wish | None = None
        self._stopped = False
        self._began = 0.0
        self._busy = False

    @property
    def is_busy(self) -> bool:
        """Whether something wanted has not been answered yet."""
        with self._changed:
            return self._busy or self._wish is not None

    def want(self, wish: Wish) -> None:
        """Read this next; what was wanted before and not begun is forgotten."""
        with self._changed:
            if self._wish is not None and self._wish.needs_cell and not wish.needs_cell:
                # The cell was still owed, for the same address.
                wish = Wish(wish.address, wish.column, wish.known, wish.view, needs_cell=True)
            self._wish = wish
            self._changed.notify()

    def stop(self) -> None:
        """End, also in the middle of reading."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def answers(self) -> Iterator[Answer]:
        """Answers to the newest wishes, until `stop`."""
        while (wish := self._next()) is not None:
            if wish.needs_cell:
                yield Answer(wish, inspected=self._inspect(wish))
            if not has_data(wish.column):
                yield Answer(wish)
                continue
            try:
                for looked in self._session.look(wish.address, wish.view, self._is_outdated):
                    yield Answer(wish, looked=looked)
            except DamnitError as error:
                yield Answer(wish, problem=str(error))

    def _next(self) -> Wish | None:
        with self._changed:
            self._busy = False
            while self._wish is None and not self._stopped:
                self._changed.wait()
            wish, self._wish = self._wish, None
            self._began = self._clock()
            self._busy = not self._stopped
            return None if self._stopped else wish

    def _is_outdated(self) -> bool:
        with self._changed:
            waited = self._clock() - self._began > PATIENCE_S
            return self._stopped or (self._wish is not None and waited)

    def _inspect(self, wish: Wish) -> Inspected:
        try:
            return self._session.inspect(wish.address, wish.column, wish.known)
        except DamnitError:
            return Inspected(wish.address.key, wish.column, wish.known)
