"""Ingest a run's fragments into the database as they appear, and combine them at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ..errors import DamnitError
from ..model import RunKey
from ..paths import DamnitFolder
from ..runner.file_format import COMPUTED_AT, CONTEXT_PROVENANCE
from ..runner.protocol import ContextLoaded, VariableDone
from ..runner.retry import PROCESS_DIED
from ..store import Database, NewValue, ensure_run, save_values
from .combine_result import CombineResult

INGEST_INTERVAL_S = 0.3
"""One transaction for all fragments within this time: each one locks out other writers."""

TRY_AGAIN_AFTER_S = 5.0
"""Delay before the first retry, doubled after each failure: each attempt may block for long."""

FIRST_VALUE_WITHIN_S = 0.1
"""How long the start time of a run waits to be stored together with the first value."""

UNREADABLE = "UnreadableResult"
"""Error class of a value whose fragment turned out to be damaged."""

OnSaved = Callable[[RunKey, list[str]], None]
"""Called with the values of a run that were committed to the database."""


class Store(Protocol):
    """Reads fragments and stores their values; the daemon uses a separate process."""

    def combine_run(self, key: RunKey, fragments: list[Path]) -> CombineResult:
        """Combine the fragments of a run; raises a `DamnitError`."""

    def ingest(self, fragments: list[Path]) -> list[str]:
        """Save fragments' values to the database; return their names; raises a `DamnitError`."""


class StoreHere:
    """Store that works in this process."""

    def __init__(self, folder: DamnitFolder) -> None:
        self._folder = folder

    def combine_run(self, key: RunKey, fragments: list[Path]) -> CombineResult:
        """Combine the fragments of a run; raises a `DamnitError`."""
        from ..combine import combine_run

        return CombineResult.from_report(combine_run(self._folder, key, fragments))

    def ingest(self, fragments: list[Path]) -> list[str]:
        """Save fragments' values to the database; return their names; raises a `DamnitError`."""
        from ..combine import ingest

        return ingest(self._folder, fragments).names


class Collector:
    """The fragments of one run.

    Results that cannot be stored stay in their fragments: none is lost, and
    `damnit-daemon combine` stores them later.

    Attributes:
        problem: Why fragments could not be combined yet; empty if all are combined.
        unsaved: Why a result was stored neither in a fragment nor in its cell; empty if none
            was lost.
        notes: Other problems that need attention.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        key: RunKey,
        *,
        clock: Callable[[], float] = time.monotonic,
        store: Store | None = None,
        on_saved: OnSaved | None = None,
        require_right: Callable[[], None] = lambda: None,
    ) -> None:
        self.problem = ""
        self.unsaved = ""
        self.notes: list[str] = []
        self._folder = folder
        self._key = key
        self._clock = clock
        self._store = store or StoreHere(folder)
        self._on_saved = on_saved or (lambda _key, _names: None)
        self._require_right = require_right
        self._fragments: list[Path] = []
        self._names: dict[Path, str] = {}
        self._lost: dict[str, tuple[str, str]] = {}
        self._waiting: list[Path] = []
        self._due_at = 0.0
        self._again_s = TRY_AGAIN_AFTER_S

    def add(self, fragment: Path, name: str = "") -> None:
        """Add a variable's finished fragment; its values may appear a moment later."""
        self._fragments.append(fragment)
        self._waiting.append(fragment)
        if name:
            self._names[fragment] = name
            self._lost.pop(name, None)
        if len(self._fragments) == 1:  # the run's start time; its first value may follow at once
            self._due_at = self._clock() + FIRST_VALUE_WITHIN_S
        elif len(self._fragments) == 2:  # the first value, which users wait for
            self._due_at = min(self._due_at, self._clock())
        self.ingest_if_due()

    def record(self, event: VariableDone, *, may_be_combined: bool = False) -> str:
        """Add a variable's result, or the reason for its absence.

        Args:
            event: The runner's event.
            may_be_combined: Skip a fragment that is gone: the event may have been read before.

        Returns:
            Why the result could not be stored; empty if it was.
        """
        if event.fragment:
            fragment = Path(event.fragment)
            if not may_be_combined or fragment.exists():
                self.add(fragment, event.name)
        elif event.not_saved:
            self.lose(event.name, event.error, event.error_class)
        return f"{event.name} could not be stored: {event.not_saved}" if event.not_saved else ""

    def record_crash(self, name: str, reason: str, context: ContextLoaded | None) -> str:
        """Write into the cell of the variable that was running why its process died.

        Returns:
            Why no fragment could be written; empty if it was, or none is needed.
        """
        known = context.variables if context else []
        if any(variable.name == name and variable.transient for variable in known):
            return ""
        context_hash = context.context_hash if context else None
        try:
            fragment = self._error_fragment(name, reason, PROCESS_DIED, context_hash)
        except DamnitError as error:
            self.lose(name, reason, PROCESS_DIED)
            return str(error)
        self.add(fragment, name)
        return ""

    def lose(self, name: str, message: str, error_class: str) -> None:
        """Record a variable whose result, and the reason for its absence, is in no fragment."""
        self._lost[name] = (message, error_class)

    def ingest_if_due(self) -> None:
        """Store waiting fragments, unless that was done a moment ago."""
        if not self._waiting or self._clock() < self._due_at:
            return
        waiting, self._waiting = self._waiting, []
        try:
            self._require_right()
            names = self._store.ingest(waiting)
        except DamnitError:  # if it persists, `finish` reports it
            self._waiting = waiting
            self._due_at = self._clock() + self._again_s
            self._again_s *= 2
        else:
            self._due_at = self._clock() + INGEST_INTERVAL_S
            if names:
                self._on_saved(self._key, names)

    def finish(self, *, find_unreported: bool = False) -> None:
        """Store all results in the run's results file and the database.

        Args:
            find_unreported: Whether there may be fragments that were not reported,
                because the job ended abruptly.
        """
        if find_unreported:
            known = set(self._fragments)
            found = (path for key, path in self._folder.fragments() if key == self._key)
            self._fragments += [path for path in found if path not in known]
        self._combine(self._fragments)
        if self._lost:
            self._record_lost()

    def _combine(self, fragments: list[Path]) -> None:
        if not fragments:
            return
        try:
            self._require_right()
            combined = self._store.combine_run(self._key, fragments)
        except DamnitError as error:
            self.problem = str(error)
            return
        for key, names in combined.saved:
            self._on_saved(key, names)
        self.problem = " ".join([*filter(None, [self.problem]), *combined.postponed])
        self.notes += combined.remarks
        for path, reason in combined.broken:
            if name := self._names.get(Path(path)):
                self.lose(name, f"Its result cannot be read: {reason}", UNREADABLE)

    def _record_lost(self) -> None:
        """Mark lost results in their cells: by an error fragment, else in the database alone."""
        fragments, left = [], {}
        for name, (message, error_class) in self._lost.items():
            try:
                fragments.append(self._error_fragment(name, message, error_class))
            except DamnitError as error:
                left[name] = (message, error_class)
                self.unsaved = str(error)
        self._lost.clear()
        self._combine(fragments)
        if left:
            try:
                self._require_right()
                self._save_errors(left)
            except DamnitError as error:
                self.unsaved = str(error)

    def _error_fragment(
        self, name: str, message: str, error_class: str, context_hash: str | None = None
    ) -> Path:
        from ..hdf5 import write_error_fragment  # with h5py, which few commands need

        return write_error_fragment(
            self._folder.path,
            self._key,
            name,
            message,
            error_class,
            computed_at=time.time(),
            context_hash=context_hash,
        )

    def _save_errors(self, errors: dict[str, tuple[str, str]]) -> None:
        now = time.time()
        values = [
            NewValue(
                key=self._key,
                name=name,
                value=None,
                provenance=CONTEXT_PROVENANCE,
                attributes={"error": message, "error_cls": error_class, COMPUTED_AT: now},
            )
            for name, (message, error_class) in errors.items()
        ]
        with Database(self._folder.database).writing() as con:
            ensure_run(con, self._key, added_at=now)
            saved = save_values(con, values, now=now, keep_newer=True)
        self._on_saved(self._key, saved.names)
