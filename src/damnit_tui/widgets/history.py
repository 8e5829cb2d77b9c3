"""Prompt history: older and newer entries, as in a shell. Pure."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 100


class History:
    """A position in the history of a prompt, beginning with the text being typed."""

    def __init__(self, entries: Iterable[str] = (), *, is_searched: bool = True) -> None:
        """Start at the end.

        Args:
            entries: Earlier inputs, oldest first.
            is_searched: True to recall only entries that begin with the typed text.
        """
        self._is_searched = is_searched
        self._entries = list(entries)
        self._at = len(self._entries)
        self._draft = ""

    def older(self, now: str) -> str | None:
        """Return the next older entry; None if there is none.

        Args:
            now: The text in the prompt.
        """
        if self._at == len(self._entries):
            self._draft = now
        for at in range(self._at - 1, -1, -1):
            if self._fits(at, now):
                self._at = at
                return self._entries[at]
        return None

    def newer(self, now: str) -> str | None:
        """Return the next newer entry, at last the typed text; None if that is shown already."""
        for at in range(self._at + 1, len(self._entries)):
            if self._fits(at, now):
                self._at = at
                return self._entries[at]
        if self._at == len(self._entries):
            return None
        self._at = len(self._entries)
        return self._draft

    def _fits(self, at: int, now: str) -> bool:
        entry = self._entries[at]
        return entry != now and (not self._is_searched or entry.startswith(self._draft))


def remember(entries: Iterable[str], text: str) -> tuple[str, ...]:
    """Return the entries with a text appended; an earlier duplicate is removed."""
    if not text.strip():
        return tuple(entries)
    return (*(entry for entry in entries if entry != text), text)[-MOST:]
