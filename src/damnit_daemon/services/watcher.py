"""Find new runs by polling a proposal's folders; needs no services."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..errors import DamnitError
from ..ledger import TakenFiles
from ..model import RunKey
from ..model.arrival import Arrival, ArrivalSource
from ..model.growing_runs import GrowingRun
from .completeness import file_names, what_is_lacking
from .run_ends import LastTrains, early_ends, read_last_trains
from .run_scanner import (
    RESCAN_S,
    KindFolder,
    Place,
    RunFiles,
    TakenRuns,
    run_folder_name,
)
from .settle_times import KINDS, SettleTimes

log = logging.getLogger(__name__)

DEFAULT_SETTLE_S = 20.0
DEFAULT_GRACE_S = 60.0
"""How long an event may lag behind the files before we act without it."""

RECENT_S = 3600.0
"""Files unchanged for this long are not checked for an early end."""

PATIENCE = 6.0
"""How many settle times an unchanged run waits if files or parts of them are missing."""


class Sighting(NamedTuple):
    """Files, and the time since which they are unchanged by our own clock."""

    files: RunFiles
    since_s: float
    first_s: float = 0.0
    """When they were first seen."""


class Decision(NamedTuple):
    """Result of evaluating a scan."""

    settled: list[Sighting]
    """Runs that have been unchanged for long enough, in the order to process them."""
    watched: dict[Place, Sighting]
    """All that are not yet seen; to be passed to the next call."""


def decide(
    seen: Container[Place],
    watched: Mapping[Place, Sighting],
    listing: Iterable[RunFiles],
    *,
    now_s: float,
    settle_s: float,
) -> Decision:
    """Find the complete runs: not seen yet, with data, and unchanged for some time."""
    sightings: dict[Place, Sighting] = {}
    for files in listing:
        if files.place in seen:
            continue
        before = watched.get(files.place)
        is_still = before is not None and before.files == files
        sightings[files.place] = Sighting(
            files,
            before.since_s if before and is_still else now_s,
            before.first_s if before else now_s,
        )
    settled = [
        sighting
        for sighting in sightings.values()
        if sighting.files.hdf5_files and now_s - sighting.since_s >= settle_s
    ]
    return Decision(sorted(settled, key=_order), sightings)


def _order(sighting: Sighting) -> tuple[RunKey, int]:
    key, kind = sighting.files.place
    return key, KINDS.index(kind)


def parse_backfill(text: str) -> int | None:
    """Parse how many of the existing runs to process: 0 for `none`, None for `all`.

    Raises:
        DamnitError: If it is neither of these nor a number.
    """
    text = text.strip().lower()
    if text in ("", "none"):
        return 0
    if text == "all":
        return None
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    raise DamnitError(
        f"Invalid watch_backfill: {text!r}.", hint="Use none, all, or a number of the newest runs."
    )


@dataclass(frozen=True)
class ScanResult:
    """Result of a scan of the folders; each scan repeats it until it is seen."""

    arrivals: list[Arrival]
    """To be recorded and processed."""
    existing: list[Arrival]
    """To be recorded as seen and left alone: older than the daemon."""


class Watcher:
    """Watches `raw/` and `proc/` of one proposal.

    Args:
        proposal_folder: Contains `raw` and `proc`.
        proposal: Number of the proposal.
        settle_s: How long a run's files must be unchanged; a number, or a
            `SettleTimes` that learns it.
        grace_s: How much longer to wait for an event that announces them; None if
            none will come, because there is no broker.
        first_start: Whether the runs found by the first scan are older than the
            daemon.
        older: The runs that an earlier daemon's first scan found.
        backfill: How many of those, from the newest, are processed; None for all.
        last_trains: Reads the last train of files.
        clock: Unix seconds; only used to find what is older than an hour.
    """

    def __init__(
        self,
        proposal_folder: Path,
        proposal: int,
        *,
        settle_s: float | SettleTimes = DEFAULT_SETTLE_S,
        grace_s: float | None = None,
        first_start: bool = False,
        older: Iterable[Place] = (),
        backfill: int | None = 0,
        last_trains: LastTrains = read_last_trains,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.problem = ""
        """Why the folders cannot be scanned; empty otherwise."""
        self._proposal_folder = proposal_folder
        self.growing: list[GrowingRun] = []
        """The runs that are not processed yet because they still grow."""
        times = settle_s if isinstance(settle_s, SettleTimes) else SettleTimes(settle_s)
        self.settle_times = times
        self._grace_s = grace_s
        self._backfill = backfill
        self._clock = clock
        rescan_s = min(times.of(KINDS[0]) / 10, RESCAN_S)
        self._folders = {
            kind: KindFolder(proposal_folder, proposal, kind, rescan_s=rescan_s, clock=clock)
            for kind in KINDS
        }
        self._taken_runs = TakenRuns(proposal_folder, rescan_s=rescan_s, clock=clock)
        self._lacking: dict[RunFiles, str] = {}
        self._last_trains = last_trains
        self._early: dict[RunFiles, str] = {}
        """For runs still waiting: the aggregator that ended early."""
        self._ends_early: set[tuple[str, str]] = set()
        """Kinds and aggregators that still ended early when the last run was taken."""
        self._older: set[Place] | None = None
        self._requeued: set[RunKey] = set()
        if not first_start:
            self._record_older(older)
        self._watched: dict[Place, Sighting] = {}

    @property
    def older(self) -> frozenset[Place] | None:
        """The runs that are older than the daemon; None before the first scan."""
        return None if self._older is None else frozenset(self._older)

    def poll(
        self,
        seen: Container[Place],
        now_s: float,
        *,
        expects_events: bool = True,
        processed: Mapping[Place, TakenFiles] = MappingProxyType({}),
    ) -> ScanResult:
        """Scan for new runs; retry unreadable folders in the next scan.

        Args:
            seen: Runs that need no more attention, unless taken and changed.
            now_s: Seconds of a monotonic clock, such as `time.monotonic`.
            expects_events: Whether a broker can announce runs at the moment; else
                a run only has to be unchanged.
            processed: The files that jobs have seen.
        """
        try:
            self._proposal_folder.stat()  # not mounted does not mean empty
            new = {k: list(folder.scan(seen, now_s)) for k, folder in self._folders.items()}
            changed = list(self._taken_runs.scan(processed, now_s))
        except OSError as error:
            self._complain(f"{self._proposal_folder}: {error.strerror}")
            return ScanResult([], [])
        self.problem = ""
        if self._older is None:
            there = (files for found in new.values() for files in found)
            self._record_older(files.place for files in there if files.hdf5_files)
        before, settled = self._watched, []
        self._watched = {}
        for kind, found in new.items():
            again = [files for files in changed if files.place[1] == kind]
            settle_s = self.settle_times.of(kind)
            for known, listing in ((seen, found), ((), again)):
                decision = decide(known, before, listing, now_s=now_s, settle_s=settle_s)
                self._watched |= decision.watched
                settled += decision.settled
        self._forget_changed(before)
        self._learn(before, processed)
        ready = self._pop_complete(settled, now_s)
        look = self._sort(ready, now_s, processed, expects_events=expects_events)
        self._note_growing(ready, now_s)
        return look

    def _learn(
        self, before: Mapping[Place, Sighting], processed: Mapping[Place, TakenFiles]
    ) -> None:
        """Record the pauses between files."""
        for place, (files, *_) in self._watched.items():
            newest_ns = before[place].files.data_ns if place in before else 0
            if place not in before and place in processed and processed[place].number:
                newest_ns = processed[place].newest_ns
            if newest_ns and files.data_ns > newest_ns:
                self.settle_times.note(*place, (files.data_ns - newest_ns) / 1e9)

    def _pop_complete(self, settled: Iterable[Sighting], now_s: float) -> list[Sighting]:
        """Select those whose files are complete, or unchanged for very long."""
        complete, lacking = [], {}
        for sighting in sorted(settled, key=_order):
            files = sighting.files
            if files.place in (self._older or ()):
                complete.append(sighting)
                continue
            if files not in self._lacking:
                self._lacking[files] = self._what_is_lacking(files)
            patience_s = PATIENCE * self.settle_times.of(files.place[1])
            if not self._lacking[files] or now_s - sighting.since_s >= patience_s:
                complete.append(sighting)
                if files in self._early:
                    self._ends_early.add((files.place[1], self._early[files]))
            lacking[files] = self._lacking[files]
        self._lacking = lacking
        self._early = {files: name for files, name in self._early.items() if files in lacking}
        return complete

    def _what_is_lacking(self, files: RunFiles) -> str:
        folder, kind = self._run_folder(files.place), files.place[1]
        if reason := what_is_lacking(folder):
            return reason
        if self._clock() - files.data_at > RECENT_S:
            return ""
        raw = file_names(self._run_folder((files.place[0], "raw"))) if kind == "proc" else []
        ends = early_ends(folder, file_names(folder), raw, self._last_trains)
        early = {(kind, end.aggregator) for end in ends}
        self._ends_early = {
            known for known in self._ends_early if known[0] != kind or known in early
        }
        for aggregator, reason in ends:
            if (kind, aggregator) not in self._ends_early:
                self._early[files] = aggregator
                return reason
        return ""

    def _run_folder(self, place: Place) -> Path:
        return self._proposal_folder / place[1] / run_folder_name(place[0].run)

    def _note_growing(self, ready: Iterable[Sighting], now_s: float) -> None:
        over = {sighting.files.place for sighting in ready}
        unix_s = self._clock()
        self.growing = [
            GrowingRun(
                *place[0],
                place[1],
                files.hdf5_files,
                files.data_bytes,
                unix_s - (now_s - first_s),
                unix_s - (now_s - since_s),
                self.settle_times.of(place[1]),
                self._lacking.get(files, ""),
            )
            for place, (files, since_s, first_s) in self._watched.items()
            if files.hdf5_files and place not in over and place not in (self._older or ())
        ]

    def _record_older(self, places: Iterable[Place]) -> None:
        """Note the runs found by the first scan, and those of them to backfill."""
        self._older = set(places)
        newest_first = sorted({key for key, _ in self._older}, reverse=True)
        self._requeued = set(newest_first[: self._backfill])

    def _forget_changed(self, before: Mapping[Place, Sighting]) -> None:
        """Treat a run whose files changed during the scan as new."""
        for place, sighting in self._watched.items():
            if place in before and before[place].files != sighting.files and self._older:
                self._older.discard(place)

    def _sort(
        self,
        settled: Iterable[Sighting],
        now_s: float,
        processed: Container[Place],
        *,
        expects_events: bool,
    ) -> ScanResult:
        look = ScanResult([], [])
        grace_s = (self._grace_s or 0.0) if expects_events else 0.0
        for files, since_s, _ in settled:
            wait_s = self.settle_times.of(files.place[1]) + grace_s
            if files.place in processed:
                if now_s - since_s >= wait_s:
                    look.arrivals.append(_arrival(files, backfilled=bool(grace_s), again=True))
                continue
            is_older = files.place in (self._older or ())
            if is_older and files.place[0] not in self._requeued:
                look.existing.append(_arrival(files, backfilled=False))
            elif is_older or now_s - since_s >= wait_s:
                is_late = is_older or self._grace_s is not None
                look.arrivals.append(_arrival(files, backfilled=is_late))
        return look

    def _complain(self, problem: str) -> None:
        if not self.problem:
            log.warning("Cannot scan for runs: %s", problem)
        self.problem = problem


def _arrival(files: RunFiles, *, backfilled: bool, again: bool = False) -> Arrival:
    key, kind = files.place
    path = f"p{key.proposal:06d}/{kind}/{run_folder_name(key.run)}"
    if again:
        path += f"#{files.hdf5_files}.{files.data_bytes}.{files.data_ns}"
    return Arrival(ArrivalSource.WATCHER, path, key, kind, files.data_at, backfilled)
