"""Find abandoned fragments and have them combined."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from pathlib import Path

from ..errors import DamnitError
from ..model import RunKey
from ..paths import DamnitFolder
from .combine_result import CombineResult
from .combiner import Combiner
from .events import DaemonEvent, Remark, ValuesSaved

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 5.0
LEFT_ALONE_S = 10.0
"""Minimum age of a fragment: the job that wrote it combines its own."""

SWEEP_EVERY_S = 3600.0
"""How often the whole folder is swept, including unfinished files of dead processes."""


class Sweeper:
    """A thread that combines fragments left by other programs or by a daemon that died.

    Args:
        folder: The DAMNIT folder.
        combiner: Combines the fragments.
        notify: Called with each event.
        busy: The runs of our current jobs, which combine their own fragments.
        require_right: Raises a `DamnitError` if another daemon has taken over.
    """

    def __init__(
        self,
        folder: DamnitFolder,
        combiner: Combiner,
        notify: Callable[[DaemonEvent], None],
        busy: Callable[[], Collection[RunKey]],
        require_right: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._combiner = combiner
        self._notify = notify
        self._busy = busy
        self._require_right = require_right
        self._wake = threading.Event()
        self._is_closed = False
        self._sweep_all = True
        self._swept_at_s = 0.0
        self._remarks: set[str] = set()
        self._thread = threading.Thread(target=self._work, name="sweeper", daemon=True)

    def start(self) -> None:
        """Start, with a sweep of the whole folder."""
        self._thread.start()

    def sweep(self) -> None:
        """Request a sweep of the whole folder."""
        self._sweep_all = True
        self._wake.set()

    def close(self, timeout_s: float = 30.0) -> None:
        """Stop the thread after its current task."""
        self._is_closed = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _work(self) -> None:
        while not self._is_closed:
            try:
                self._sweep_due()
            except (DamnitError, OSError) as error:
                self._remark(str(error))
            self._wake.wait(POLL_INTERVAL_S)
            self._wake.clear()

    def _sweep_due(self) -> None:
        if self._sweep_all or time.monotonic() - self._swept_at_s > SWEEP_EVERY_S:
            self._sweep_all = False
            try:
                self._require_right()
                self._on_combined(self._combiner.sweep())
            except DamnitError:
                self._sweep_all = True
                raise
            self._swept_at_s = time.monotonic()
            return
        waiting: dict[RunKey, list[Path]] = defaultdict(list)
        for key, path in self._folder.fragments():
            waiting[key].append(path)
        for key, paths in waiting.items():
            if key not in self._busy() and all(map(_is_left_alone, paths)):
                self._require_right()
                self._on_combined(self._combiner.combine_run(key, paths))

    def _on_combined(self, combined: CombineResult) -> None:
        for key, names in combined.saved:
            self._notify(ValuesSaved(key, tuple(names)))
        for text in (*combined.remarks, *combined.postponed):
            self._remark(text)

    def _remark(self, text: str) -> None:
        """Report a problem once: combining is retried again and again."""
        if text not in self._remarks:
            self._remarks.add(text)
            self._notify(Remark(text))


def _is_left_alone(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > LEFT_ALONE_S
    except OSError:  # already combined
        return False
