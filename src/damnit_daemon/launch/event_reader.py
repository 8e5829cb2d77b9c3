"""Reads the runner's events from a descriptor, line by line."""

from __future__ import annotations

import os
import select

from ..runner.protocol import Event, decode_event

LONGEST_EVENT_BYTES = 64_000_000


class EventReader:
    """The reading end of the event pipe.

    Attributes:
        ended: True once the other side has closed its end.
    """

    def __init__(self, descriptor: int) -> None:
        self.ended = False
        self._descriptor = descriptor
        self._unread = bytearray()

    def read(self, timeout_s: float) -> list[Event]:
        """Return the events since the last call; wait up to `timeout_s` for the first one.

        Lines that are not events are skipped: the user's code can write to the
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
        """Close the descriptor."""
        self.ended = True
        os.close(self._descriptor)


def _event(line: bytes) -> Event | None:
    try:
        return decode_event(line)
    except (ValueError, TypeError, KeyError):
        return None
