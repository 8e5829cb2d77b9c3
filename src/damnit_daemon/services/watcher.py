"""Finds new runs by looking at a proposal's folders; needs no services."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..errors import DamnitError
from ..model import RunKey
from ..model.arrival import Arrival, ArrivalSource
from .run_folders import LOOK_INTO_S, KindFolder, Place, RunFiles, run_folder_name

log = logging.getLogger(__name__)

DEFAULT_SETTLE_S = 20.0
DEFAULT_GRACE_S = 60.0
"""How long an event may be behind the files before we act without it."""

KINDS = ("raw", "proc")
"""A run's raw files come first."""


class Sighting(NamedTuple):
    """Files, and since when they have not changed by our own clock."""

    files: RunFiles
    since_s: float


class Decision(NamedTuple):
    """What to make of a look."""

    settled: list[Sighting]
    """Runs that have been still for long enough, in the order to take them."""
    watched: dict[Place, Sighting]
    """All that are not seen; to be handed in with the next look."""


def decide(
    seen: Container[Place],
    watched: Mapping[Place, Sighting],
    listing: Iterable[RunFiles],
    *,
    now_s: float,
    settle_s: float,
) -> Decision:
    """Tell which runs are complete: not seen yet, with data, and still for some time."""
    sightings: dict[Place, Sighting] = {}
    for files in listing:
        if files.place in seen:
            continue
        before = watched.get(files.place)
        is_still = before is not None and before.files == files
        sightings[files.place] = Sighting(files, before.since_s if before and is_still else now_s)
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
    """Read how many of the existing runs to process: 0 for `none`, None for `all`.

    Raises:
        DamnitError: If it is anything else but a number.
    """
    text = text.strip().lower()
    if text in ("", "none"):
        return 0
    if text == "all":
        return None
    if re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    raise DamnitError(
        f"watch_backfill cannot be {text!r}.", hint="Give none, all, or how many of the newest."
    )


@dataclass(frozen=True)
class Look:
    """What a look at the folders brought; it comes again with each look until it is seen."""

    arrivals: list[Arrival]
    """To be recorded and processed."""
    existing: list[Arrival]
    """To be recorded as seen and left alone: they were there before the daemon."""


class Watcher:
    """Looks at `raw/` and `proc/` of one proposal.

    Args:
        proposal_folder: Holds `raw` and `proc`.
        proposal: Its number.
        settle_s: How long a run's files must be still.
        grace_s: How much longer to wait for an event that announces them; None if
            none will, because there is no broker.
        first_start: Whether the runs that are there at the first look are older
            than the daemon.
        older: Those that were, if that look was an earlier daemon's.
        backfill: How many of those, from the newest, are processed; None for all.
        clock: Unix seconds; only tells what is older than a day.
    """

    def __init__(
        self,
        proposal_folder: Path,
        proposal: int,
        *,
        settle_s: float = DEFAULT_SETTLE_S,
        grace_s: float | None = None,
        first_start: bool = False,
        older: Iterable[Place] = (),
        backfill: int | None = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.problem = ""
        """Why nothing can be looked at; empty when it can."""
        self._proposal_folder = proposal_folder
        self._settle_s = settle_s
        self._grace_s = grace_s
        self._backfill = backfill
        look_into_s = min(settle_s / 10, LOOK_INTO_S)
        self._folders = [
            KindFolder(proposal_folder, proposal, kind, look_into_s=look_into_s, clock=clock)
            for kind in KINDS
        ]
        self._older: set[Place] | None = None
        self._wanted_again: set[RunKey] = set()
        if not first_start:
            self._remember_older(older)
        self._watched: dict[Place, Sighting] = {}

    @property
    def older(self) -> frozenset[Place] | None:
        """The runs that are older than the daemon; None before the first look."""
        return None if self._older is None else frozenset(self._older)

    def look(self, seen: Container[Place], now_s: float, *, expects_events: bool = True) -> Look:
        """See what is new; what cannot be read now is looked at next time.

        Args:
            seen: What needs no attention any more.
            now_s: Seconds of a clock that nobody sets, such as `time.monotonic`.
            expects_events: Whether a broker can tell of runs at the moment; else
                nothing is waited for but that the files are still.
        """
        try:
            self._proposal_folder.stat()  # what is not mounted is not empty
            listing = [files for kind in self._folders for files in kind.scan(seen, now_s)]
        except OSError as error:
            self._complain(f"{self._proposal_folder}: {error.strerror}")
            return Look([], [])
        self.problem = ""
        if self._older is None:
            self._remember_older(files.place for files in listing if files.hdf5_files)
        before = self._watched
        decision = decide(seen, before, listing, now_s=now_s, settle_s=self._settle_s)
        self._watched = decision.watched
        self._forget_changed(before)
        return self._sort(decision.settled, now_s, expects_events=expects_events)

    def _remember_older(self, places: Iterable[Place]) -> None:
        """Note what was there at the first look, and which of it is wanted all the same."""
        self._older = set(places)
        newest_first = sorted({key for key, _ in self._older}, reverse=True)
        self._wanted_again = set(newest_first[: self._backfill])

    def _forget_changed(self, before: Mapping[Place, Sighting]) -> None:
        """A run whose files changed while we looked is new, after all."""
        for place, sighting in self._watched.items():
            if place in before and before[place].files != sighting.files and self._older:
                self._older.discard(place)

    def _sort(self, settled: Iterable[Sighting], now_s: float, *, expects_events: bool) -> Look:
        look = Look([], [])
        wait_s = self._settle_s + ((self._grace_s or 0.0) if expects_events else 0.0)
        for files, since_s in settled:
            is_older = files.place in (self._older or ())
            if is_older and files.place[0] not in self._wanted_again:
                look.existing.append(_arrival(files, backfilled=False))
            elif is_older or now_s - since_s >= wait_s:
                is_late = is_older or self._grace_s is not None
                look.arrivals.append(_arrival(files, backfilled=is_late))
        return look

    def _complain(self, problem: str) -> None:
        if not self.problem:
            log.warning("Cannot look for runs: %s", problem)
        self.problem = problem


def _arrival(files: RunFiles, *, backfilled: bool) -> Arrival:
    key, kind = files.place
    path = f"p{key.proposal:06d}/{kind}/{run_folder_name(key.run)}"
    return Arrival(ArrivalSource.WATCHER, path, key, kind, files.data_at, backfilled)
