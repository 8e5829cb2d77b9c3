"""The reading worker: serves the newest request, one at a time, without blocking keys."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from damnit_daemon.errors import DamnitError
from damnit_daemon.model.view import ViewData, ViewRequest

from ..fixed_columns import FIXED
from ..table.cells import CellAddress
from .cell_details import CellDetails
from .details_loader import load_cell_details

if TYPE_CHECKING:
    from damnit_daemon.model import Column, StoredValue

    from ..data.session import Session

PATIENCE_S = 0.3
"""Shorter reads are finished despite newer requests: a held key shows its progress."""


@dataclass(frozen=True)
class LoadRequest:
    """A request for a cell and a view of its data."""

    address: CellAddress
    column: Column
    known: StoredValue | None
    """Its value in the table."""
    view: ViewRequest
    needs_cell: bool
    """True to also load the details from the database and the ledger."""


@dataclass(frozen=True)
class LoadResponse:
    """The result of a request: one of the three, or none if there is no data to read."""

    request: LoadRequest
    details: CellDetails | None = None
    data: ViewData | None = None
    problem: str = ""
    """Reason why there is no data to draw."""


def has_data(column: Column) -> bool:
    """Return True if there may be data beyond the table: not for times, typed or derived values."""
    is_computed = column.type is None and not column.expression
    return is_computed and column.name not in {fixed.name for fixed in FIXED}


class DataLoader:
    """Accepts requests from any thread; responds in the one that iterates over `responses`."""

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock
        self._changed = threading.Condition()
        self._pending: LoadRequest | None = None
        self._stopped = False
        self._began = 0.0
        self._busy = False

    @property
    def is_busy(self) -> bool:
        """True if a request has no response yet."""
        with self._changed:
            return self._busy or self._pending is not None

    def load(self, request: LoadRequest) -> None:
        """Request a read; an earlier request that has not begun is dropped."""
        with self._changed:
            if self._pending is not None and self._pending.needs_cell and not request.needs_cell:
                # Keep the pending request for the cell: the address is the same.
                request = LoadRequest(
                    request.address, request.column, request.known, request.view, needs_cell=True
                )
            self._pending = request
            self._changed.notify()

    def stop(self) -> None:
        """Stop, also in the middle of reading."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def responses(self) -> Iterator[LoadResponse]:
        """Yield responses to the newest requests, until `stop`."""
        while (request := self._next()) is not None:
            if request.needs_cell:
                yield LoadResponse(request, details=self._load_details(request))
            if not has_data(request.column):
                yield LoadResponse(request)
                continue
            try:
                for data in self._session.results.stream_view(
                    *request.address, request.view, self._is_outdated
                ):
                    yield LoadResponse(request, data=data)
            except DamnitError as error:
                yield LoadResponse(request, problem=str(error))

    def _next(self) -> LoadRequest | None:
        with self._changed:
            self._busy = False
            while self._pending is None and not self._stopped:
                self._changed.wait()
            request, self._pending = self._pending, None
            self._began = self._clock()
            self._busy = not self._stopped
            return None if self._stopped else request

    def _is_outdated(self) -> bool:
        with self._changed:
            waited = self._clock() - self._began > PATIENCE_S
            return self._stopped or (self._pending is not None and waited)

    def _load_details(self, request: LoadRequest) -> CellDetails:
        try:
            return load_cell_details(self._session, request.address, request.column, request.known)
        except DamnitError:
            return CellDetails(request.address.key, request.column, request.known)
