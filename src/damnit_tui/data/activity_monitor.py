"""The daemon's current activity, followed from one poll to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from damnit_daemon.paths import DamnitFolder

from .daemon_activity import DaemonActivity

if TYPE_CHECKING:
    from .daemon_activity_reader import DaemonActivityReader

LEDGER_TIMEOUT_S = 0.3
"""The table does not wait longer for the ledger."""


class ActivityMonitor:
    """Follow the ledger of a folder; opened at the first poll, after the first paint.

    Attributes:
        latest: The result of the last poll; any thread may read it.
    """

    def __init__(self, folder: DamnitFolder, clock: Callable[[], float]) -> None:
        self.latest = DaemonActivity()
        self._folder = folder
        self._clock = clock
        self._reader: DaemonActivityReader | None = None

    def read(self) -> DaemonActivity:
        """Read the daemon's activity; never raises, and is fast while nothing changes.

        For one thread only: each poll continues from the one before.
        """
        if self._reader is None:
            from damnit_daemon.ledger import Ledger

            from .daemon_activity_reader import DaemonActivityReader

            ledger = Ledger(self._folder.ledger, timeout_s=LEDGER_TIMEOUT_S)
            self._reader = DaemonActivityReader(ledger, clock=self._clock)
        self.latest = self._reader.read()
        return self.latest
