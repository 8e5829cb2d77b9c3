"""Reads the runner's events from a descriptor, line by line."""

from __future__ import annotations

import os
import select

from ..runner.protocol import Event, EventDecoder


class EventReader:
    """The reading end of the event pipe.

    Attributes:
        ended: True once the other side has closed its end.
    """

    def __init__(self, descriptor: int) -> None:
        self.ended = False
        self._descriptor = descriptor
        self._decoder = EventDecoder()

    def read(self, timeout_s: float) -> list[Event]:
        """Return the events since the last call; wait up to `timeout_s` for the first one."""
        if self.ended or not select.select([self._descriptor], [], [], timeout_s)[0]:
            return []
        chunk = os.read(self._descriptor, 1 << 20)
        self.ended = not chunk
        return self._decoder.feed(chunk)

    def close(self) -> None:
        """Close the descriptor."""
        self.ended = True
        os.close(self._descriptor)
