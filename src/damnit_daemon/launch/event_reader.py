"""Reads the runner's events from a descriptor, line by line."""

from __future__ import annotations

import os
import select

from ..runner.protocol import Event, decode_event

LONGEST_EVENT_BYTES = 64_000_000


class EventReader:
    """The reading end of the pipe that events come through.

    Attributes:
        ended: Whether the other side has closed its end.
    """

    def __init__(self, descriptor: int) -> None:
        self.ended = False
        self._descriptor = descriptor
        self._unread = bytearray()

    def read(self, timeout_s: float) -> list[Event]:
        """What was said since the last look; waits a while for the first word.

        Lines that are no events are passed over: the user's code can reach the
        descriptor, too.
        """
        if self.ended or not select.select([self._descriptor], [], [], timeout_s)[0]:
            return []
        chunk = os.read(self._descriptor, 1 << 20)
        self.ended = not chunk
        self._unread += chunk
        *lines, self._unread = self._unread.split(b"\n")
        if len(self._unread) > LONGEST_EVENT_BYTES:
            self._unread.clear()
        return [event for line in lines if (event := _event(bytes(line))) is not None]

    def close(self) -> None:
        """Let go of the descriptor."""
        self.ended = True
        os.close(self._descriptor)


def _event(line: bytes) -> Event | None:
    try:
        return decode_event(line)
    except (ValueError, TypeError, KeyError):
        return None
