"""Query the terminal's type while the app starts, without waiting for the reply.

The reply comes mixed with the keys, soon or, on a slow line, late, or never. So it is
filtered out of the input whenever it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

QUESTION = "\x1b[>q"
"""XTVERSION: terminals without it ignore it."""
_BEGIN = "\x1bP>|"
_ANSWER = re.compile(r"\x1bP>\|([^\x1b\x07]*)(?:\x1b\\|\x07)")
LONGEST = 200
"""Longest reply in characters; longer input is not a reply."""


class TerminalReplies:
    """Filter replies out of the terminal's input."""

    def __init__(self) -> None:
        self._held = ""
        self.version = ""
        """Name and version as reported; empty until then."""

    def taken_out(self, text: str) -> str:
        """Return the rest of the input: keys, mouse.

        Args:
            text: The input; replies may be split anywhere.
        """
        text, self._held = self._held + text, ""
        for match in _ANSWER.finditer(text):
            self.version = match[1]
        text = _ANSWER.sub("", text)
        at = text.find(_BEGIN)
        if at < 0:
            at = next(_ends_with_beginning(text), -1)
        if at >= 0 and len(text) - at <= LONGEST:
            text, self._held = text[:at], text[at:]
        return text

    def given_up(self) -> str:
        """Return the held-back input if nothing more comes: the user pressed Escape."""
        text, self._held = self._held, ""
        return "" if text.startswith(_BEGIN) else text


def _ends_with_beginning(text: str) -> Iterator[int]:
    """Yield where an incomplete start of a reply begins; not for an Escape alone."""
    for length in (3, 2):
        if text.endswith(_BEGIN[:length]):
            yield len(text) - length
