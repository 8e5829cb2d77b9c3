"""Brings one run's fragments into the database while they appear, and together at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from ..combine import combine_run, ingest
from ..errors import DamnitError
from ..model import RunKey
from ..paths import DamnitFolder
from .combined import Combined

INGEST_INTERVAL_S = 0.3
"""One transaction for all that comes within this time: each one locks out other writers."""

TRY_AGAIN_AFTER_S = 5.0
"""When it is tried again after it failed, then twice that, and so on: each try may wait long."""

FIRST_VALUE_WITHIN_S = 0.1
"""So long the begin of a run waits to be stored together with the first value."""

Combine = Callable[[RunKey, list[Path]], Combined]
OnSaved = Callable[[RunKey, list[str]], None]
"""Told of a run which values were committed to the database."""


class Collector:
    """The fragments of one run.

    What cannot be stored stays in its fragment: nothing that was computed is
    lost, and `damnit combine` stores it later.

    Attributes:
        problem: Why fragments still wait; empty if none does.
        notes: What else somebody should look at.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        key: RunKey,
        *,
        clock: Callable[[], float] = time.monotonic,
        combine: Combine | None = None,
        on_saved: OnSaved | None = None,
        require_right: Callable[[], None] = lambda: None,
    ) -> None:
        self.problem = ""
        self.notes: list[str] = []
        self._folder = folder
        self._key = key
        self._clock = clock
        self._combine = combine or self._combine_here
        self._on_saved = on_saved or (lambda _key, _names: None)
        self._require_right = require_right
        self._fragments: list[Path] = []
        self._waiting: list[Path] = []
        self._due_at = 0.0
        self._again_s = TRY_AGAIN_AFTER_S

    def add(self, fragment: Path) -> None:
        """Take a finished fragment; its values may appear a moment later."""
        self._fragments.append(fragment)
        self._waiting.append(fragment)
        if len(self._fragments) == 1:  # when the run began; its first value may come at once
            self._due_at = self._clock() + FIRST_VALUE_WITHIN_S
        elif len(self._fragments) == 2:  # the first value, which people wait for
            self._due_at = min(self._due_at, self._clock())
        self.ingest_if_due()

    def ingest_if_due(self) -> None:
        """Store what waits, unless that was done a moment ago."""
        if not self._waiting or self._clock() < self._due_at:
            return
        waiting, self._waiting = self._waiting, []
        try:
            self._require_right()
            saved = ingest(self._folder, waiting)
        except DamnitError:  # at the end it is told, if that is wrong then
            self._waiting = waiting
            self._due_at = self._clock() + self._again_s
            self._again_s *= 2
        else:
            self._due_at = self._clock() + INGEST_INTERVAL_S
            if saved.names:
                self._on_saved(self._key, saved.names)

    def finish(self, *, look_for_more: bool = False) -> None:
        """Put all into the run's results file and the database.

        Args:
            look_for_more: Whether there may be fragments that nobody told of,
                because the job came to a sudden end.
        """
        if look_for_more:
            known = set(self._fragments)
            found = (path for key, path in self._folder.fragments() if key == self._key)
            self._fragments += [path for path in found if path not in known]
        if not self._fragments:
            return
        try:
            self._require_right()
            combined = self._combine(self._key, self._fragments)
        except DamnitError as error:
            self.problem = str(error)
            return
        for key, names in combined.saved:
            self._on_saved(key, names)
        self.problem = " ".join(combined.postponed)
        self.notes += combined.notes

    def _combine_here(self, key: RunKey, fragments: list[Path]) -> Combined:
        report = combine_run(self._folder, key, fragments)
        return Combined.from_report(report)
