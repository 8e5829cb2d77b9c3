"""Read the end of the daemon's log, and follow it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path

BLOCK_BYTES = 64 * 1024
LONGEST_BYTES = 8 * 1024 * 1024
"""Bytes read from a log's end at most, however many lines are requested."""

LONGEST_LINE_BYTES = 64 * 1024


def last_lines(path: Path, count: int, *, after_byte: int = 0) -> list[str]:
    """Read the last lines of a file; none if it does not exist.

    Args:
        path: The file.
        count: Maximum number of lines.
        after_byte: Skip all before this offset, unless the file has become shorter.

    Raises:
        OSError: If it cannot be read.
    """
    file = _open(path)
    if file is None:
        return []
    with file:
        end = file.seek(0, os.SEEK_END)
        found = _read_tail(file, end, count, after_byte if after_byte <= end else 0)
    return [_text(line) for line in found.splitlines()][-count:] if count > 0 else []


def follow_log(
    path: Path,
    *,
    lines: int,
    is_over: Callable[[], bool] = lambda: False,
    interval_s: float = 0.5,
) -> Iterator[str]:
    """Yield the last lines of a log, then new ones as they are written.

    The file is polled, because another host may write it. After a log rotation, which
    keeps it from growing without limit, the rest of the old file comes first.

    Args:
        path: The log; it may not exist yet.
        lines: Number of lines to begin with.
        is_over: Ends the iteration, after all lines written by then.
        interval_s: Pause between polls.

    Raises:
        OSError: If it cannot be read.
    """
    file, unfinished = _open(path), b""
    try:
        if file is not None:
            end = file.seek(0, os.SEEK_END)
            *whole, unfinished = _read_tail(file, end, lines, 0).split(b"\n")
            yield from map(_text, whole[-lines:] if lines > 0 else [])
        while True:
            ends = is_over()
            renewed = _reopen(file, path)
            if file is not None:
                *whole, unfinished = (unfinished + file.read()).split(b"\n")
                unfinished = unfinished[-LONGEST_LINE_BYTES:]
                yield from map(_text, whole)
            if renewed is not None:
                if file is None or _is_same(file, renewed):
                    unfinished = b""  # the part already read is lost
                if file is not None:
                    file.close()
                file = renewed  # supervisord may rotate in the middle of a line
            elif ends:
                return
            else:
                time.sleep(interval_s)
    finally:
        if file is not None:
            file.close()


def _read_tail(file: BufferedReader, end: int, count: int, lowest: int) -> bytes:
    """Read backwards until there are more line ends than lines requested; end at `end`."""
    lowest = max(lowest, end - LONGEST_BYTES)
    start, found = end, b""
    while start > lowest and found.count(b"\n") <= count:
        before, start = start, max(lowest, start - BLOCK_BYTES)
        file.seek(start)
        found = file.read(before - start) + found
    file.seek(end)
    return found


def _open(path: Path) -> BufferedReader | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _reopen(file: BufferedReader | None, path: Path) -> BufferedReader | None:
    """Open the file at the path if it is another one, or was truncated below the read position."""
    try:
        now = path.stat()
    except FileNotFoundError:
        return None
    if file is None:
        return _open(path)
    is_same = os.path.samestat(now, os.fstat(file.fileno()))
    return None if is_same and now.st_size >= file.tell() else _open(path)


def _is_same(one: BufferedReader, other: BufferedReader) -> bool:
    return os.path.sameopenfile(one.fileno(), other.fileno())


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r")
