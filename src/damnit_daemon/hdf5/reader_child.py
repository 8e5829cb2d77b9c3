"""`python -m damnit_daemon.hdf5.reader_child`: reads files for another process (`ReaderPool`).

A damaged file can spin or crash in HDF5, which nothing in a process can catch: so whoever must
go on reads in one of these. Both ends are this program, of the same user; what travels is pickled.
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
"""A request may use so much CPU time; then the system ends the process, also an orphan."""

STREAMS = ("look", "last_trains", "check_file")
"""What gives its answer in pieces."""

MEMORY_BYTES = 32 << 30
"""Address space: a damaged file may claim to need any."""


def main() -> None:
    """Answer until stdin ends."""
    channel = Channel(0, os.fdopen(os.dup(1), "wb"))
    os.dup2(2, 1)  # what a library prints is no answer
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    from . import check_file, daq_trains, export, locate, series

    calls: dict[str, Callable[..., Any]] = {
        "look": locate.look_in_folder,
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
    except Exception as error:  # noqa: BLE001 - whatever a damaged file brings about is told
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
        """Wait for a request; None at the end."""
        while True:
            head = self._read(LENGTH.size)
            if len(head) < LENGTH.size:
                return None
            (length,) = LENGTH.unpack(head)
            if length:  # else somebody did not want what was over already
                return pickle.loads(self._read(length))

    def _read(self, length: int) -> bytes:
        """Read so many bytes, and none ahead: what comes early ends the answer."""
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
        """Tell whether the answer is wanted no more; says now and then that we are alive."""
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
