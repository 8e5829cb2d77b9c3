"""The thread that reads a log: runs commands one after the other, and polls for new lines."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

from damnit_daemon.logs import LogFile

from .pager import Page, Pager

POLL_S = 0.4
Command = Callable[[Pager], object]


class LogReader:
    """Accept commands from any thread; pages are yielded in the one that iterates."""

    def __init__(self, log: LogFile) -> None:
        self._commands: queue.SimpleQueue[tuple[int | None, Command]] = queue.SimpleQueue()
        self._requested = 0
        """Number of the last command queued."""
        self._begun = 0
        """Number of the last command started."""
        self._pager = Pager(log, should_continue=lambda: self._begun == self._requested)
        self._rows = 1
        self._stopped = False

    def ask(self, command: Command) -> None:
        """Queue a command for the pager; cancels a running search."""
        self._requested += 1
        self._commands.put((self._requested, command))

    def resize(self, rows: int) -> None:
        """Set the number of lines shown; a search continues."""
        self._rows = rows
        self._commands.put((None, lambda _: None))

    def stop(self) -> None:
        """Stop soon."""
        self._stopped = True
        self.ask(lambda _: None)

    def pages(self) -> Iterator[Page]:
        """Yield pages whenever they have changed."""
        shown: Page | None = None
        try:
            while not self._stopped:
                self._pager.poll()
                if self._pager.rows != self._rows:
                    self._pager.resize(self._rows)
                if self._begun == self._requested and self._pager.page != shown:
                    shown = self._pager.page
                    yield shown
                self._run_next()
        finally:
            self._pager.close()

    def _run_next(self) -> None:
        """Wait for a command, at most until the next poll."""
        try:
            number, command = self._commands.get(timeout=POLL_S)
        except queue.Empty:
            return
        if number is not None:
            self._begun = number
        command(self._pager)
