"""Random access to a log by byte offset, without keeping its content.

Lines are not counted: that would mean reading a gigabyte before the first one is shown.
As in a terminal, text after a carriage return replaces the text before it: only the last
state of a progress bar is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from ..errors import DamnitError

BLOCK_BYTES = 64 * 1024
MOST_BYTES = 4096
"""Longer lines are split into pieces of this size."""
LOOK_BACK_BYTES = 1_000_000
"""How far back to search for the beginning of a line."""
SEARCH_BYTES = 1_000_000
"""Bytes searched between two checks for cancellation."""


@dataclass(frozen=True)
class LogLine:
    """A line, or a piece of a long one."""

    start: int
    """Offset of its first byte."""
    end: int
    """Offset just after its last byte."""
    text: str
    """Without the line end; undecodable bytes are replaced."""


class LogChange(StrEnum):
    """A change of a log since the last poll."""

    NONE = "none"
    GREW = "grew"
    CUT = "cut"
    """It is shorter: truncated."""
    REPLACED = "replaced"
    """Another file has its name."""
    GONE = "gone"
    """It was deleted; the open file remains readable."""


class LogFile:
    """A log file, opened on the first poll.

    Attributes:
        path: The file's path.
        size: Its size in bytes at the last poll.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file: IO[bytes] | None = None
        self._identity: tuple[int, int] | None = None

    def poll(self) -> LogChange:
        """Poll for new content, or another file.

        Raises:
            DamnitError: If it has never existed, or cannot be read.
        """
        try:
            status = self.path.stat()
        except FileNotFoundError:
            if self._file is None:
                raise DamnitError(
                    f"There is no log {self.path.name}.",
                    hint="It is created by the first job of the run.",
                ) from None
            return LogChange.GONE
        except OSError as error:
            raise DamnitError(f"{self.path} cannot be read: {error.strerror}.") from error
        identity = status.st_dev, status.st_ino
        if self._file is None or identity != self._identity:
            change = LogChange.GREW if self._file is None else LogChange.REPLACED
            self._open()
            return change
        before, self.size = self.size, status.st_size
        if self.size == before:
            return LogChange.NONE
        return LogChange.GREW if self.size > before else LogChange.CUT

    def lines_from(self, start: int, count: int) -> list[LogLine]:
        """Read lines forward.

        Args:
            start: Offset of the beginning of a line.
            count: Maximum number of lines.
        """
        found: list[LogLine] = []
        for line in self._forward(start, self.size):
            found.append(line)
            if len(found) >= count:
                break
        return found

    def lines_before(self, end: int, count: int) -> list[LogLine]:
        """Read at most `count` lines that end at an offset, in file order."""
        end = min(end, self.size)
        start = end
        while True:
            start = self._beginning(max(0, start - BLOCK_BYTES))
            lines = list(self._forward(start, end))
            if len(lines) >= count or start == 0:
                return lines[-count:] if count > 0 else []

    def line_at(self, offset: int) -> int:
        """Return the offset of the beginning of the line that contains a byte."""
        offset = max(0, min(offset, self.size))
        beginning = self._beginning(offset)
        for line in self._forward(beginning, self.size):
            if line.end > offset:
                return line.start
        return beginning

    def find(
        self,
        pattern: re.Pattern[bytes],
        start: int,
        *,
        backward: bool = False,
        should_continue: Callable[[], bool] = lambda: True,
    ) -> int | None:
        """Search for a pattern; returns the beginning of its line, or None.

        Args:
            pattern: Matches within a line; `^` (with `re.MULTILINE`) matches its beginning.
            start: Offset to search from; lines that begin before it (backward: at or after it)
                are excluded.
            backward: Search towards the beginning.
            should_continue: Called now and then; returns False to cancel the search.
        """
        for low, high in self._portions(start, backward=backward):
            if not should_continue():
                return None
            before = min(low, 1)  # so that ^ can match
            chunk = self._read(low - before, high - low + before)
            found = (low - before + match.start() for match in pattern.finditer(chunk, before))
            for at in reversed(list(found)) if backward else found:
                line = self.line_at(at)
                if (line < start) if backward else (line >= start):
                    return line
        return None

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _open(self) -> None:
        try:
            file = self.path.open("rb")
        except OSError as error:
            raise DamnitError(f"{self.path} cannot be read: {error.strerror}.") from error
        self.close()
        status = os.fstat(file.fileno())
        self._file, self._identity = file, (status.st_dev, status.st_ino)
        self.size = status.st_size

    def _portions(self, start: int, *, backward: bool) -> Iterator[tuple[int, int]]:
        """Yield the ranges to search in turn; they overlap so that no match is split."""
        if backward:
            high = min(start, self.size)
            while high > 0:
                low = max(0, high - SEARCH_BYTES)
                yield low, min(high + MOST_BYTES, self.size)
                high = low
            return
        low = max(0, start)
        while low < self.size:
            yield low, min(low + SEARCH_BYTES + MOST_BYTES, self.size)
            low += SEARCH_BYTES

    def _beginning(self, offset: int) -> int:
        """Return the beginning of the line with this byte, searching nearby only."""
        high, lowest = offset, max(0, offset - LOOK_BACK_BYTES)
        while high > lowest:
            low = max(lowest, high - BLOCK_BYTES)
            at = self._read(low, high - low).rfind(b"\n")
            if at >= 0:
                return low + at + 1
            high = low
        return lowest

    def _forward(self, start: int, end: int) -> Iterator[LogLine]:
        at, rest = start, b""
        while at + len(rest) < end:
            count = min(BLOCK_BYTES, end - at - len(rest))
            chunk = self._read(at + len(rest), count)
            if not chunk:  # truncated meanwhile
                break
            rest += chunk
            done = 0
            while True:
                newline = rest.find(b"\n", done)
                stop = len(rest) if newline < 0 else newline + 1
                if stop - done > MOST_BYTES:
                    stop = done + MOST_BYTES
                elif newline < 0:
                    break
                yield LogLine(at + done, at + stop, _text(rest[done:stop]))
                done = stop
            at, rest = at + done, rest[done:]
        if rest:
            yield LogLine(at, at + len(rest), _text(rest))

    def _read(self, offset: int, count: int) -> bytes:
        if self._file is None:
            return b""
        try:
            return os.pread(self._file.fileno(), count, offset)
        except OSError as error:
            raise DamnitError(f"{self.path} cannot be read: {error.strerror}.") from error


def _text(line: bytes) -> str:
    text = line.rstrip(b"\r\n")
    return text[text.rfind(b"\r") + 1 :].decode("utf-8", "replace")
