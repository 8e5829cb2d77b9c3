"""The visible part of a log, and how it moves; for a thread that may wait for a disk."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from damnit_daemon.errors import DamnitError
from damnit_daemon.logs import LogFile, LogLine
from damnit_daemon.logs.log_file import LogChange

ERROR = re.compile(
    rb"^(?:Could not get data for |.*\b(?:ERROR|CRITICAL|FATAL)\b)"
    rb"|^Traceback \(most recent call last\):",
    re.MULTILINE,
)
SECTION = re.compile(rb"^-----", re.MULTILINE)
"""Section headers of DAMNIT and of this daemon."""

CHANGES = {
    LogChange.CUT: "the log was truncated",
    LogChange.REPLACED: "the log was replaced",
    LogChange.GONE: "the log was deleted; this is its last content",
}


@dataclass(frozen=True)
class Page:
    """The part of a log to show."""

    lines: tuple[LogLine, ...] = ()
    size: int = 0
    """Size of the log in bytes."""
    follows: bool = True
    """True if appended lines are shown as they come."""
    message: str = ""
    """A message about the last command."""
    problem: str = ""
    """Why nothing can be shown; cleared once the log exists."""
    match: int | None = None
    """Offset of the line that was found."""

    @property
    def percent(self) -> int:
        """Position of the last line shown, in percent."""
        return 100 * self.lines[-1].end // self.size if self.lines and self.size else 100


def pattern_of(text: str) -> re.Pattern[bytes]:
    """Compile a search: as a regular expression if valid; lower case ignores case."""
    flags = re.MULTILINE | (re.IGNORECASE if text == text.lower() else 0)
    try:
        return re.compile(text.encode(), flags)
    except re.error:
        return re.compile(re.escape(text.encode()), flags)


def failure_of(name: str) -> re.Pattern[bytes]:
    """Pattern of the line before a variable's traceback."""
    return re.compile(rb"^Could not get data for %s\b" % re.escape(name.encode()), re.MULTILINE)


class Pager:
    """A window on a log.

    Args:
        log: The log; closed by `close`.
        should_continue: Polled during long searches; returns False to stop.
    """

    def __init__(self, log: LogFile, *, should_continue: Callable[[], bool] = lambda: True) -> None:
        self.page = Page()
        self.rows = 1
        self._log = log
        self._should_continue = should_continue
        self._top = 0

    def poll(self) -> Page:
        """Poll for new lines."""
        try:
            change = self._log.poll()
        except DamnitError as error:
            self.page = Page(problem=error.message)
            return self.page
        if change is not LogChange.NONE or self.page.problem:
            message = CHANGES.get(change, self.page.message)
            if change in (LogChange.CUT, LogChange.REPLACED):
                self._top, self.page = 0, replace(self.page, match=None)
            self._show(self.page.follows, message=message)
        return self.page

    def resize(self, rows: int) -> Page:
        """Set the number of lines shown."""
        self.rows = max(1, rows)
        return self._show(self.page.follows)

    def move(self, lines: int) -> Page:
        """Move down or up by lines; at the end, follow the log."""
        if lines < 0:
            above = self._log.lines_before(self._top, -lines)
            self._top = above[0].start if above else 0
            return self._show(False)
        below = self._log.lines_from(self._top, self.rows + lines)
        if len(below) <= self.rows + lines and (not below or below[-1].end >= self._log.size):
            return self._show(True)
        self._top = below[lines].start
        return self._show(False)

    def first(self) -> Page:
        """Go to the beginning."""
        self._top = 0
        return self._show(False)

    def last(self) -> Page:
        """Go to the end, and follow."""
        return self._show(True)

    def find(self, pattern: re.Pattern[bytes], what: str, *, backward: bool = False) -> Page:
        """Go to the next match, or report that there is none."""
        start, match = self._top, self.page.match
        if match is not None and any(line.start == match for line in self.page.lines):
            after = self._log.lines_from(match, 1)
            start = match if backward or not after else after[0].end
        found = self._log.find(
            pattern, start, backward=backward, should_continue=self._should_continue
        )
        if found is None:
            where = "above" if backward else "below"
            self.page = replace(self.page, message=f"no {what} {where}")
            return self.page
        return self._go(found)

    def find_last(self, pattern: re.Pattern[bytes], what: str) -> Page:
        """Go to the last match."""
        self.poll()
        found = self._log.find(
            pattern, self._log.size, backward=True, should_continue=self._should_continue
        )
        if found is None:
            return self._show(True, message=f"no {what} in this log")
        return self._go(found)

    def close(self) -> None:
        """Close the log."""
        self._log.close()

    def _go(self, offset: int) -> Page:
        """Show a line, with some of those above it."""
        above = self._log.lines_before(offset, min(3, self.rows // 4))
        self._top = above[0].start if above else offset
        page = self._show(False)
        self.page = replace(page, match=offset)
        return self.page

    def _show(self, follows: bool, message: str = "") -> Page:
        try:
            if follows:
                lines = self._log.lines_before(self._log.size, self.rows)
                self._top = lines[0].start if lines else 0
            else:
                lines = self._log.lines_from(self._top, self.rows)
        except DamnitError as error:
            self.page = Page(problem=error.message)
            return self.page
        match = None if follows else self.page.match
        self.page = Page(tuple(lines), self._log.size, follows, message, match=match)
        return self.page
