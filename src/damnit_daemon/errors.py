"""The errors a person can act on; everything else is a bug and may crash."""

from __future__ import annotations


class DamnitError(Exception):
    """Something is wrong that a person can mend.

    Front ends show it once: the command line as one line on stderr and exit
    code 1, the app as a notification or in place of what could not be read.

    Attributes:
        message: What is wrong, one sentence.
        hint: What to do about it; empty when the message says it.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
