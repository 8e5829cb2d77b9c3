"""Turn the facility's announcements into arrivals, without losing any."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from ..broker import ArrivalFilter, Record
from ..errors import DamnitError
from ..ledger import LeaseLost
from ..model.arrival import Arrival

log = logging.getLogger(__name__)

POLL_S = 1.0
"""Duration of one poll: closing takes as long."""

RETRY_S = 2.0
"""Delay between attempts to record arrivals after a failure."""

COUNT_EVERY_S = 30.0
"""How often counts are passed on: most messages are about other proposals."""

ARRIVALS = "arrivals"


class RecordSource(Protocol):
    """Source of messages; `broker.Consumer` is one."""

    def poll(self, timeout_s: float) -> list[Record]:
        """Wait for messages."""
        ...

    def commit(self, records: Iterable[Record]) -> bool:
        """Confirm to the broker that these are safe."""
        ...

    def close(self) -> None:
        """Close the source."""
        ...


class Listener:
    """Records arrivals first and commits them to the broker afterwards.

    If it is killed in between, they are delivered again, and found in the ledger.

    Args:
        source: Source of messages.
        sieve: Selects the relevant ones.
        record: Saves arrivals or raises `DamnitError`; may get the same again.
        count: Called now and then with the number of messages by result.
        clock: Unix seconds.
    """

    def __init__(
        self,
        source: RecordSource,
        sieve: ArrivalFilter,
        record: Callable[[Sequence[Arrival]], None],
        *,
        count: Callable[[Mapping[str, int]], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.counts: Counter[str] = Counter()
        """Messages since the start, by result."""
        self.problem = ""
        """Why arrivals cannot be recorded at the moment; empty otherwise."""
        self._source = source
        self._sieve = sieve
        self._record = record
        self._count = count
        self._clock = clock
        self._unrecorded: list[Record] = []
        self._uncounted: Counter[str] = Counter()
        self._counted_s = time.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set; for its own thread.

        Raises:
            LeaseLost: If another daemon took over: it receives what is not committed.
        """
        try:
            while not stop.is_set():
                try:
                    self.step(POLL_S)
                    self._save_counts(COUNT_EVERY_S)
                except LeaseLost:
                    raise
                except DamnitError as error:
                    self._complain(str(error))
                    stop.wait(RETRY_S)
                else:
                    self.problem = ""
        finally:
            self._source.close()
            with suppress(DamnitError):
                self._save_counts(0.0)

    def step(self, timeout_s: float) -> int:
        """Wait for messages and process them; return their number.

        Raises:
            DamnitError: If they could not be recorded. They are kept, and retried
                before any others are read.
        """
        if not self._unrecorded:
            self._unrecorded = self._source.poll(timeout_s)
        records = self._unrecorded
        if not records:
            return 0
        sifted = self._sieve.sift(records, now=self._clock())
        if sifted.arrivals:
            self._record(sifted.arrivals)
        self._source.commit(records)
        self._unrecorded = []
        counted = sifted.passed_over + Counter({ARRIVALS: len(sifted.arrivals)})
        self.counts += counted
        self._uncounted += counted
        return len(records)

    def _save_counts(self, every_s: float) -> None:
        now_s = time.monotonic()
        if self._count and self._uncounted and now_s - self._counted_s >= every_s:
            self._counted_s = now_s
            self._count(self._uncounted)
            self._uncounted = Counter()

    def _complain(self, problem: str) -> None:
        if not self.problem:
            log.warning("Arrivals cannot be recorded yet: %s", problem)
        self.problem = problem
