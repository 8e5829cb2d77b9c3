"""`python -m damnit_daemon.hdf5.reader_child`: reads files for another process (`ReaderPool`).

A damaged file can hang or crash HDF5, which nothing inside the process can catch, so processes
that must survive read in a child. Both ends are this program, as the same user; the frames are
pickled.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

LENGTH = struct.Struct("<Q")
ALIVE_EVERY_S = 0.2
CPU_S = 600
"""CPU time per request; beyond it the system kills the process, orphaned or not."""

STREAMS = ("look", "last_trains", "check_file")
"""Functions that yield their results in pieces."""

MEMORY_BYTES = 32 << 30
"""Address space: a damaged file may claim to need any amount."""


def main() -> None:
    """Serve requests until stdin is closed."""
    channel = Channel(0, os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # output printed by a library is not a response
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    from . import check_file, daq_trains, export, locate, series

    calls: dict[str, Callable[..., Any]] = {
        "look": locate.load_view_in_folder,
        "last_trains": daq_trains.last_trains,
        "read_line": series.read_line,
        "save_data": export.save_data,
        "check_file": check_file.check_file,
    }
    channel.send("ready", None)
    while (request := channel.receive()) is not None:
        name, arguments, options = request
        _limit(resource.RLIMIT_CPU, int(time.process_time()) + CPU_S)
        _answer(channel, calls[name], arguments, options, is_stream=name in STREAMS)


def _answer(
    channel: Channel,
    call: Callable[..., Any],
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    *,
    is_stream: bool,
) -> None:
    from ..errors import DamnitError

    try:
        if is_stream:
            items: Iterator[Any] = call(*arguments, is_cancelled=channel.is_cancelled, **options)
        else:
            items = iter([call(*arguments, **options)])
        for item in items:
            channel.send("item", item)
    except DamnitError as error:
        state = {name: value for name, value in vars(error).items() if name != "__notes__"}
        channel.send("failed", (type(error).__module__, type(error).__name__, error.args, state))
    except Exception as error:  # noqa: BLE001 - a damaged file may raise anything; report it
        channel.send("raised", f"{type(error).__name__}: {error}"[:300])
    else:
        channel.send("end", None)


class Channel:
    """Frames over two pipes."""

    def __init__(self, source: int, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._said_at = 0.0

    def receive(self) -> Any:
        """Wait for a request; None at end of input."""
        while True:
            head = self._read(LENGTH.size)
            if len(head) < LENGTH.size:
                return None
            (length,) = LENGTH.unpack(head)
            if length:  # else a cancellation of a request that was already finished
                return pickle.loads(self._read(length))

    def _read(self, length: int) -> bytes:
        """Read exactly that many bytes, no more: early input cancels the request."""
        data = b""
        while len(data) < length and (chunk := os.read(self._source, length - len(data))):
            data += chunk
        return data

    def send(self, kind: str, payload: object) -> None:
        """Send a frame."""
        data = pickle.dumps((kind, payload), pickle.HIGHEST_PROTOCOL)
        self._sink.write(LENGTH.pack(len(data)) + data)
        self._sink.flush()
        self._said_at = time.monotonic()

    def is_cancelled(self) -> bool:
        """Return True if the request was cancelled; also sends a sign of life at intervals."""
        if select.select([self._source], [], [], 0)[0]:
            return True
        if time.monotonic() - self._said_at > ALIVE_EVERY_S:
            self.send("alive", None)
        return False


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, hard))


if __name__ == "__main__":
    main()
