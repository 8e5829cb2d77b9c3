"""A file of events that grows on another machine."""

from __future__ import annotations

from pathlib import Path

from ...runner.protocol import Event, decode_event

CHUNK_BYTES = 4 << 20


class EventLog:
    """Reads the lines added since the last poll, if complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._unread = b""

    def read(self) -> list[Event]:
        """Return new events; none while the file is missing, or unreadable at the moment.

        Invalid lines are skipped: a node that fails leaves half of one.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                chunk = file.read(CHUNK_BYTES)
        except OSError:
            return []
        self._offset += len(chunk)
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        return [event for line in lines if (event := _event(line)) is not None]


def _event(line: bytes) -> Event | None:
    try:
        return decode_event(line)
    except (ValueError, TypeError, KeyError):
        return None
