"""A file of events that grows on another machine."""

from __future__ import annotations

from pathlib import Path

from ...runner.protocol import Event, EventDecoder

CHUNK_BYTES = 4 << 20


class EventLog:
    """Reads the lines added since the last poll, if complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._decoder = EventDecoder()

    def read(self) -> list[Event]:
        """Return new events; none while the file is missing, or unreadable at the moment."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                chunk = file.read(CHUNK_BYTES)
        except OSError:
            return []
        self._offset += len(chunk)
        return self._decoder.feed(chunk)
