"""Reads files in separate processes, so that a damaged file hangs or crashes only one of them."""

from __future__ import annotations

import importlib
import os
import pickle
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from ..errors import DamnitError
from ..own_python import SAFE_DIRECTORY, module_command, own_environment
from ..runner.processes import used_cpu_s

SPINNING_S = 10.0
"""CPU time without a sign of life after which a file counts as damaged."""

STUCK_S = 120.0
"""Time without a sign of life after which the file system counts as stuck."""

LOOK_EVERY_S = 0.05
LEAVE_WITHIN_S = 1.0
"""Time a process may take to stop a cancelled request."""

MOST_PROCESSES = 4
_LENGTH_BYTES = 8


class FileDamaged(DamnitError):  # noqa: N818 – house style
    """Reading a file crashed the reader process, or did not finish."""


class ReaderPool:
    """A pool of reader processes, usable from any thread.

    They are started on first use or ahead of time by `start`, and restarted after a file
    that crashed or blocked one.

    Args:
        spinning_s: CPU seconds without a sign of life after which a file counts as damaged.
    """

    def __init__(self, *, spinning_s: float | None = None) -> None:
        self._spinning_s = SPINNING_S if spinning_s is None else spinning_s
        self._changed = threading.Condition()
        self._idle: list[_ReaderProcess] = []
        self._count = 0
        self._is_closed = False

    def start(self) -> None:
        """Start a process ahead of time, so that the first picture need not wait for it."""
        with self._changed:
            if self._count or self._is_closed:
                return
            self._idle.append(_ReaderProcess(self._spinning_s))
            self._count += 1

    def stream(
        self,
        name: str,
        *arguments: object,
        is_cancelled: Callable[[], bool] = lambda: False,
        **options: object,
    ) -> Iterator[Any]:
        """Run a read function in a process and yield its results one by one.

        Args:
            name: `look`, `last_trains`, `read_line`, `save_data` or `check_file`, of `hdf5`.
            arguments: Its arguments.
            is_cancelled: Polled many times a second; ends the iteration.
            options: Its keyword arguments.

        Raises:
            DamnitError: The function's own error, or a failure of the process.
        """
        process = self._take()
        is_free = False
        try:
            yield from process.stream((name, arguments, options), is_cancelled)
            is_free = True
        except DamnitError:
            is_free = True
            raise
        finally:
            if not is_free:  # the caller stopped early
                process.end()
            self._give_back(process)

    def call(self, name: str, *arguments: object, **options: object) -> Any:
        """Return a single result; see `stream`."""
        (answer,) = self.stream(name, *arguments, is_cancelled=lambda: False, **options)
        return answer

    def close(self) -> None:
        """End the processes; busy ones end after their current answer."""
        with self._changed:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    def _take(self) -> _ReaderProcess:
        with self._changed:
            while not self._idle and self._count >= MOST_PROCESSES:
                self._changed.wait()
            while self._idle:
                if (process := self._idle.pop()).is_alive:
                    return process
                process.end()
                self._count -= 1
            self._count += 1
        return _ReaderProcess(self._spinning_s)

    def _give_back(self, process: _ReaderProcess) -> None:
        with self._changed:
            if process.is_alive and not self._is_closed:
                self._idle.append(process)
            else:
                self._count -= 1
            self._changed.notify()
        if self._is_closed:
            process.end()


class _ReaderProcess:
    """One process, for one thread at a time."""

    def __init__(self, spinning_s: float) -> None:
        self._spinning_s = spinning_s
        self._process = subprocess.Popen(
            module_command("damnit_daemon.hdf5.reader_child"),
            env=own_environment(),
            cwd=SAFE_DIRECTORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,  # keep Ctrl-C in the terminal away from it
        )
        self._buffer = bytearray()

    @property
    def is_alive(self) -> bool:
        """True if it can take a request."""
        return self._process.poll() is None

    def stream(self, request: object, is_cancelled: Callable[[], bool]) -> Iterator[Any]:
        """Send a request and yield the items of the answer."""
        if not self._send(pickle.dumps(request)):
            self.end()
            raise FileDamaged("The process that reads files has exited.", hint="Try again.")
        left_at_s = None
        for kind, payload in self._frames():
            if left_at_s is None and is_cancelled():
                left_at_s = time.monotonic()
                self._send(b"")
            if left_at_s is not None and time.monotonic() - left_at_s > LEAVE_WITHIN_S:
                self.end()
                return
            if kind == "item" and left_at_s is None:
                yield payload
            elif kind == "failed":
                raise _made_again(*payload)
            elif kind == "raised":
                raise FileDamaged(f"It cannot be read: {payload}.")
            elif kind == "end":
                return

    def end(self) -> None:
        """End the process now."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def _send(self, data: bytes) -> bool:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(len(data).to_bytes(_LENGTH_BYTES, "little") + data)
            self._process.stdin.flush()
        except (OSError, ValueError):
            return False
        return True

    def _frames(self) -> Iterator[tuple[str, Any]]:
        """Yield its messages, and `waiting` many times a second in between."""
        assert self._process.stdout is not None
        heard_s, cpu_s = time.monotonic(), used_cpu_s(self._process.pid)
        descriptor = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while True:
                if selector.select(LOOK_EVERY_S):
                    chunk = os.read(descriptor, 1 << 20)
                    if not chunk:
                        raise self._crashed()
                    self._buffer += chunk
                    heard_s, cpu_s = time.monotonic(), used_cpu_s(self._process.pid)
                    while (frame := self._frame()) is not None:
                        yield frame
                else:
                    self._require_progress(heard_s, cpu_s)
                    yield "waiting", None

    def _frame(self) -> tuple[str, Any] | None:
        length = int.from_bytes(self._buffer[:_LENGTH_BYTES], "little")
        end = _LENGTH_BYTES + length
        if len(self._buffer) < end or len(self._buffer) < _LENGTH_BYTES:
            return None
        kind, payload = pickle.loads(bytes(self._buffer[_LENGTH_BYTES:end]))
        del self._buffer[:end]
        return kind, payload

    def _require_progress(self, heard_s: float, cpu_s: float) -> None:
        if used_cpu_s(self._process.pid) - cpu_s > self._spinning_s:
            self.end()
            raise FileDamaged(
                "The file is damaged: reading it never ends.",
                hint="Move it away and run `damnit-daemon reprocess` to create a new one.",
            )
        if time.monotonic() - heard_s > STUCK_S:
            self.end()
            raise FileDamaged(
                "The file was not read in time.", hint="Check that the disk is reachable."
            )

    def _crashed(self) -> FileDamaged:
        code = self._process.wait()
        self.end()
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return FileDamaged(
            f"The file is damaged: reading it crashes the program ({name}).",
            hint="Move it away and run `damnit-daemon reprocess` to create a new one.",
        )


def _made_again(module: str, name: str, arguments: tuple[Any, ...], state: dict[str, Any]) -> Any:
    """Rebuild the other process's error, whose constructor may take other arguments."""
    kind = getattr(importlib.import_module(module), name, DamnitError)
    error = kind.__new__(kind)
    Exception.__init__(error, *arguments)
    vars(error).update(state)
    return error
