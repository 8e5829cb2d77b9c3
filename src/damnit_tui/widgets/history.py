"""What was typed before in a prompt: older and newer, as in a shell. Pure."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 100


class History:
    """A walk through what was typed before, beginning with what is being typed now."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        """Begin at the end.

        Args:
            entries: The oldest first.
        """
        self._entries = list(entries)
        self._at = len(self._entries)
        self._draft = ""

    def older(self, now: str) -> str | None:
        """The next older one that begins as what was typed; None if there is none.

        Args:
            now: What stands in the prompt.
        """
        if self._at == len(self._entries):
            self._draft = now
        for at in range(self._at - 1, -1, -1):
            if self._fits(at, now):
                self._at = at
                return self._entries[at]
        return None

    def newer(self, now: str) -> str | None:
        """The next newer one, at last what was typed; None if one is there already."""
        for at in range(self._at + 1, len(self._entries)):
            if self._fits(at, now):
                self._at = at
                return self._entries[at]
        if self._at == len(self._entries):
            return None
        self._at = len(self._entries)
        return self._draft

    def _fits(self, at: int, now: str) -> bool:
        return self._entries[at].startswith(self._draft) and self._entries[at] != now


def remember(entries: Iterable[str], text: str) -> tuple[str, ...]:
    """The same with one more at the end; the same text twice is only the later one."""
    if not text.strip():
        return tuple(entries)
    return (*(entry for entry in entries if entry != text), text)[-MOST:]
