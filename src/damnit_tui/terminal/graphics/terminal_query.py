"""What kind of terminal it is: asked of it while the app starts; nobody waits for the answer.

The terminal's answer comes in between the keys, soon or, on a slow line, late, or never.
So it is taken out of what is typed whenever it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

QUESTION = "\x1b[>q"
"""XTVERSION: terminals that do not know it ignore it."""
_BEGIN = "\x1bP>|"
_ANSWER = re.compile(r"\x1bP>\|([^\x1b\x07]*)(?:\x1b\\|\x07)")
LONGEST = 200
"""Characters of an answer; what is longer is none."""


class TerminalReplies:
    """Takes answers out of what comes from the terminal."""

    def __init__(self) -> None:
        self._held = ""
        self.version = ""
        """What it is, as it said; empty as long as it has not."""

    @property
    def is_within(self) -> bool:
        """Whether something is held back that may be the beginning of an answer."""
        return bool(self._held)

    def taken_out(self, text: str) -> str:
        """All else that came: keys, mouse.

        Args:
            text: As it was read; answers may be cut anywhere.
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
        """What was held back, if nothing more comes: somebody pressed Escape."""
        text, self._held = self._held, ""
        return "" if text.startswith(_BEGIN) else text


def _ends_with_beginning(text: str) -> Iterator[int]:
    """Where the beginning of an answer begins, if it was cut in that; not at an Escape alone."""
    for length in (3, 2):
        if text.endswith(_BEGIN[:length]):
            yield len(text) - length
