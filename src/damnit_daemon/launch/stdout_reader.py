"""Reads the output of the user's Python continuously, so that printing never blocks."""

from __future__ import annotations

import array
import fcntl
import os
import select
import termios
import threading
from collections.abc import Callable

from .run_log import TAIL_BYTES, RunLog

Tee = Callable[[bytes], None]
CHUNK_BYTES = 256 * 1024


class StdoutReader:
    """Moves a process's output from a pipe into the log of the running job.

    Output while no job runs (when the context file is loaded) is kept for the first
    job's log, and for messages.

    Attributes:
        ended: Set once no process holds the other end of the pipe.
    """

    def __init__(self, descriptor: int, tee: Tee | None = None) -> None:
        os.set_blocking(descriptor, False)
        self.ended = threading.Event()
        self._descriptor = descriptor
        self._tee = tee
        self._log: RunLog | None = None
        self._recent = bytearray()
        self._before_first_job: bytes | None = None
        self._lock = threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._pump, name="output", daemon=True)
        self._thread.start()

    def begin(self, log: RunLog) -> None:
        """Send all output from now on to this log."""
        with self._lock:
            self._drain()
            if self._before_first_job is None:
                self._before_first_job = bytes(self._recent)
                log.write(self._before_first_job)
            self._log = log

    def end(self) -> None:
        """Close the log with all output so far.

        A process that the user's code left behind may go on printing: that output is
        discarded and does not block this call.
        """
        with self._lock:
            self._drain()
            log, self._log = self._log, None
        if log is not None:
            log.close()

    def recent_lines(self, count: int) -> list[str]:
        """Return the last lines of output, without empty ones."""
        with self._lock:
            self._drain()
            text = self._recent.decode("utf-8", "replace")
        return [line.rstrip() for line in text.splitlines() if line.strip()][-count:]

    def stop(self) -> None:
        """Stop the thread, even if a process still holds the pipe; close the pipe."""
        os.write(self._wake_write, b"x")
        self._thread.join()
        for descriptor in (self._descriptor, self._wake_read, self._wake_write):
            os.close(descriptor)

    def _pump(self) -> None:
        waiting = select.poll()
        waiting.register(self._descriptor, select.POLLIN)
        waiting.register(self._wake_read, select.POLLIN)
        while not self.ended.is_set():
            ready = {descriptor for descriptor, _ in waiting.poll()}
            if self._wake_read in ready:
                return
            with self._lock:
                self._take(CHUNK_BYTES)

    def _drain(self) -> None:
        """Read what is in the pipe now, and no later output."""
        if self.ended.is_set():
            return
        waiting = array.array("i", [0])
        fcntl.ioctl(self._descriptor, termios.FIONREAD, waiting)
        remaining = waiting[0]
        while remaining > 0 and (count := self._take(min(remaining, CHUNK_BYTES))):
            remaining -= count

    def _take(self, count: int) -> int:
        try:
            chunk = os.read(self._descriptor, count)
        except BlockingIOError:  # drained by the other thread
            return 0
        if not chunk:
            self.ended.set()
            return 0
        self._recent += chunk[-TAIL_BYTES:]
        del self._recent[:-TAIL_BYTES]
        if self._log is not None:
            self._log.write(chunk)
        self._copy(chunk)
        return len(chunk)

    def _copy(self, chunk: bytes) -> None:
        if self._tee is None:
            return
        try:
            self._tee(chunk)
        except (OSError, ValueError):  # its terminal or pipe is gone; the job goes on
            self._tee = None
