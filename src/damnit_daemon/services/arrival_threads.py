"""Threads that record arrivals in the ledger, with counts and their own state."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from ..broker import ArrivalFilter, BrokerSettings, Consumer
from ..errors import DamnitError
from ..ledger import (
    ArrivalState,
    LeaseLost,
    Ledger,
    count,
    get_value,
    load_arrived_data,
    load_files,
    record_arrival,
    set_value,
)
from ..model import RunKey
from ..model.arrival import Arrival
from ..model.growing_runs import GrowingRun, growing_to_json
from ..paths import DamnitFolder, find_proposal
from .daemon_settings import DaemonSettings
from .duplicate_arrivals import TAKEN, was_taken
from .ledger_renewal import FIRST_POLL, OLDER, save_memo
from .listener import Listener
from .run_scanner import Place
from .settle_times import KINDS, SettleTimes
from .watcher import DEFAULT_GRACE_S, ScanResult, Watcher

log = logging.getLogger(__name__)

PAUSES = "pauses between files"
"""Key for the pauses between files of the newest runs."""

EXISTED = "it existed before the daemon started"


class ArrivalThreads:
    """Watches directories, listens to a broker, or both, until `stop` is set."""

    def __init__(
        self,
        ledger: Ledger,
        token: str,
        settings: DaemonSettings,
        broker: BrokerSettings | None,
        *,
        wake: Callable[[], None],
    ) -> None:
        self.watcher_problem = ""
        self.consumer: Consumer | None = None
        self._ledger = ledger
        self._token = token
        self._settings = settings
        self._broker = broker
        self._wake = wake
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._first_poll_at: float | None = None
        self._older: list[Place] | None = None
        self._settle_times = SettleTimes(settings.settle_s)
        self._growing: tuple[GrowingRun, ...] = ()
        self._recorded: set[str] = set()
        """Keys of recorded arrivals, which each scan returns again."""

    def facts(self) -> dict[str, object]:
        """Return their state for the lease, as plain values."""
        found: dict[str, object] = {}
        if self._settings.watches:
            found["growing"] = growing_to_json(self._growing)
            found["settle_s"] = {kind: round(self._settle_times.of(kind)) for kind in KINDS}
        if self.consumer is not None:
            found["consumer"] = self.consumer.health.to_json()
        if self.watcher_problem:
            found["watcher_problem"] = self.watcher_problem
        return found

    def start(self) -> None:
        """Start the configured threads."""
        with self._ledger.writing(self._token) as con:
            known = get_value(con, FIRST_POLL)
            if known is None:
                set_value(con, FIRST_POLL, time.time())
            self._older = _parse_places(get_value(con, OLDER))
            pauses = get_value(con, PAUSES)
        settings = self._settings
        self._settle_times = SettleTimes(
            settings.settle_s, learns=settings.learns_settle, known=pauses
        )
        self._first_poll_at = float(known) if isinstance(known, int | float) else None
        listens = self._settings.listens and self._broker is not None
        if self._settings.watches:
            self._spawn(self._watch, "watcher")
        if listens:
            self._spawn(self._listen, "listener")

    def close(self, timeout_s: float = 10.0) -> None:
        """Stop the threads."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout_s)

    def _spawn(self, work: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _watch(self) -> None:
        watcher: Watcher | None = None
        seen: set[tuple[RunKey, str]] = set()
        last_id = 0
        while not self._stop.is_set():
            try:
                watcher = watcher or self._make_watcher()
                with self._ledger.reading() as con:
                    new = load_arrived_data(con, after_id=last_id)
                    processed = load_files(con)
                seen |= new.data
                last_id = new.last_id
                hears = self.consumer is not None and not self.consumer.problem
                look = watcher.poll(
                    seen, time.monotonic(), expects_events=hears, processed=processed
                )
                self._growing = tuple(watcher.growing)
                self._record_older(watcher)
                self._record_poll(look)
                self._note_problem(watcher.problem)
            except LeaseLost:
                return
            except DamnitError as error:
                self._note_problem(str(error))
            self._stop.wait(self._settings.watch_interval_s)

    def _make_watcher(self) -> Watcher:
        settings = self._settings
        return Watcher(
            find_proposal(settings.proposal),
            settings.proposal,
            settle_s=self._settle_times,
            grace_s=DEFAULT_GRACE_S if settings.listens and self._broker else None,
            first_start=self._older is None,
            older=self._older or (),
            backfill=settings.backfill,
        )

    def _record_older(self, watcher: Watcher) -> None:
        """Save the result of the first scan before acting on it."""
        if self._older is not None or watcher.older is None:
            return
        older = sorted(watcher.older)
        with self._ledger.writing(self._token) as con:
            set_value(con, OLDER, json.dumps(older))
        self._older = older
        save_memo(DamnitFolder(self._ledger.path.parent))

    def _record_poll(self, look: ScanResult) -> None:
        arrivals = [each for each in look.arrivals if each.key not in self._recorded]
        if not arrivals and not look.existing:
            return
        now = time.time()
        with self._ledger.writing(self._token) as con:
            for arrival in look.existing:
                record_arrival(con, arrival, now=now, state=ArrivalState.IGNORED, reason=EXISTED)
            new = [a for a in arrivals if record_arrival(con, a, now=now)]
            if new:
                count(con, "arrivals found", len(new))
            set_value(con, PAUSES, self._settle_times.dump())
        self._recorded.update(each.key for each in arrivals)
        if new:
            self._wake()

    def _note_problem(self, problem: str) -> None:
        if problem and problem != self.watcher_problem:
            log.warning("Cannot scan for runs: %s", problem)
        self.watcher_problem = problem

    def _listen(self) -> None:
        assert self._broker is not None
        self.consumer = Consumer(self._broker)
        sieve = ArrivalFilter(proposal=self._settings.proposal, ignore_before=self._ignore_before())
        listener = Listener(self.consumer, sieve, self._record, count=self._count)
        try:
            listener.run(self._stop)
        except LeaseLost:
            return

    def _ignore_before(self) -> float | None:
        """Return a time limit for a new group, which the broker sends all that it still has."""
        if self._settings.backfill is None:
            return None
        return self._first_poll_at or time.time() - self._settings.settle_s - DEFAULT_GRACE_S

    def _record(self, arrivals: Sequence[Arrival]) -> None:
        now = time.time()
        late = self._late(arrivals)
        with self._ledger.writing(self._token) as con:
            new = [a for a in arrivals if a not in late and record_arrival(con, a, now=now)]
            for arrival in late:
                record_arrival(con, arrival, now=now, state=ArrivalState.IGNORED, reason=TAKEN)
        if new:
            self._wake()

    def _late(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Select the arrivals that the watcher has already found."""
        if not self._settings.watches:
            return []
        try:
            folder = find_proposal(self._settings.proposal)
        except DamnitError:
            return []
        with self._ledger.reading() as con:
            return [arrival for arrival in arrivals if was_taken(con, arrival, folder)]

    def _count(self, counts: Mapping[str, int]) -> None:
        with self._ledger.writing(self._token) as con:
            for name, number in counts.items():
                count(con, name, number)


def _parse_places(text: object) -> list[Place] | None:
    if text is None:
        return None
    try:
        parsed = json.loads(str(text))
        return [(RunKey(int(p), int(run)), str(kind)) for (p, run), kind in parsed]
    except (TypeError, ValueError, OverflowError, RecursionError):  # any user may write the row
        return None
