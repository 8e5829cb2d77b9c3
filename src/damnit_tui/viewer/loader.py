"""The worker that reads: always the newest wish, one at a time, and never in a key's way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError
from damnit_daemon.model.view import ViewData, ViewRequest

from ..fixed_columns import FIXED
from ..table.viewport import CellAddress
from .cell_details import CellDetails
from .details_loader import load_cell_details

if TYPE_CHECKING:
    from damnit_daemon.model import Column, StoredValue

    from ..data.session import Session

PATIENCE_S = 0.3
"""What takes no longer is finished even if something newer is wanted: a held key shows its way."""


@dataclass(frozen=True)
class LoadRequest:
    """What somebody wants to see."""

    address: CellAddress
    column: Column
    known: StoredValue | None
    """What the table holds of it."""
    view: ViewRequest
    needs_cell: bool
    """Whether what the database and the ledger say is wanted too."""


@dataclass(frozen=True)
class LoadResponse:
    """What was found; one of the three, or none: there is no data to look for."""

    wish: LoadRequest
    inspected: CellDetails | None = None
    looked: ViewData | None = None
    problem: str = ""
    """Why there is no data to be drawn."""


def has_data(column: Column) -> bool:
    """Whether there may be more than the database holds: not of times, nor of what people typed."""
    return column.type is None and column.name not in {fixed.name for fixed in FIXED}


class DataLoader:
    """Takes wishes from any thread and answers in the one that iterates over `answers`."""

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock
        self._changed = threading.Condition()
        self._wish: LoadRequest | None = None
        self._stopped = False
        self._began = 0.0
        self._busy = False

    @property
    def is_busy(self) -> bool:
        """Whether something wanted has not been answered yet."""
        with self._changed:
            return self._busy or self._wish is not None

    def want(self, wish: LoadRequest) -> None:
        """Read this next; what was wanted before and not begun is forgotten."""
        with self._changed:
            if self._wish is not None and self._wish.needs_cell and not wish.needs_cell:
                # The cell was still owed, for the same address.
                wish = LoadRequest(
                    wish.address, wish.column, wish.known, wish.view, needs_cell=True
                )
            self._wish = wish
            self._changed.notify()

    def stop(self) -> None:
        """End, also in the middle of reading."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def answers(self) -> Iterator[LoadResponse]:
        """Answers to the newest wishes, until `stop`."""
        while (wish := self._next()) is not None:
            if wish.needs_cell:
                yield LoadResponse(wish, inspected=self._inspect(wish))
            if not has_data(wish.column):
                yield LoadResponse(wish)
                continue
            try:
                for looked in self._session.results.stream_view(
                    *wish.address, wish.view, self._is_outdated
                ):
                    yield LoadResponse(wish, looked=looked)
            except DamnitError as error:
                yield LoadResponse(wish, problem=str(error))

    def _next(self) -> LoadRequest | None:
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

    def _inspect(self, wish: LoadRequest) -> CellDetails:
        try:
            return load_cell_details(self._session, wish.address, wish.column, wish.known)
        except DamnitError:
            return CellDetails(wish.address.key, wish.column, wish.known)
