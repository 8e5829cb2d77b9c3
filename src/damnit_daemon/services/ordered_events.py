"""Events and output of runs that are processed at the same time, passed on run by run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from ..model import RunKey
from ..runner.protocol import Event

OnEvent = Callable[[RunKey | None, Event], None]
MOST_BYTES = 4_000_000
"""Output of a run that is kept until its turn; all of it is in the run's log."""


class OrderedEvents:
    """Passes on what the first unfinished run reports, and keeps the reports of later ones.

    For any thread; callbacks are called by one thread at a time.
    """

    def __init__(
        self,
        on_event: OnEvent | None,
        on_progress: OnEvent | None,
        tee: Callable[[bytes], None] | None,
    ) -> None:
        """Prepare.

        Args:
            on_event: Called with each event, run by run.
            on_progress: Called with each event at once.
            tee: Gets the output, run by run.
        """
        self._on_event = on_event or (lambda _key, _event: None)
        self._on_progress = on_progress or (lambda _key, _event: None)
        self._tee = tee or (lambda _chunk: None)
        self._lock = threading.Lock()
        self._first = 0
        self._kept: dict[int, list[Callable[[], None]]] = {}
        self._room: dict[int, int] = {}
        self._ended: set[int] = set()

    def event(self, position: int, key: RunKey | None, event: Event) -> None:
        """Take an event of the run at a position, counted from 0."""
        with self._lock:
            self._on_progress(key, event)
            self._take(position, partial(self._on_event, key, event))

    def output(self, position: int, chunk: bytes) -> None:
        """Take output of the run at a position."""
        with self._lock:
            if position > self._first:
                room = self._room.get(position, MOST_BYTES)
                chunk = chunk[:room]
                self._room[position] = room - len(chunk)
            if chunk:
                self._take(position, partial(self._tee, chunk))

    def end(self, position: int) -> None:
        """Note that a run reports no more."""
        with self._lock:
            self._ended.add(position)
            while self._first in self._ended:
                self._first += 1
                for report in self._kept.pop(self._first, []):
                    report()

    def _take(self, position: int, report: Callable[[], None]) -> None:
        if position <= self._first:
            report()
        else:
            self._kept.setdefault(position, []).append(report)
