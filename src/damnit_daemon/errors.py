"""Errors that a user can act on; everything else is a bug and may crash."""

from __future__ import annotations


class DamnitError(Exception):
    """An error that the user can fix.

    Front ends show it once: the command line as one line on stderr and exit
    code 1, the app as a notification or in place of the missing content.

    Attributes:
        message: What is wrong, in one sentence.
        hint: What to do about it; empty if the message is enough.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ExtraMissing(DamnitError):  # noqa: N818 – the name says what is wrong
    """A package is missing that an extra of ours installs.

    Args:
        use: What is not possible without which package: "To write Parquet, pyarrow".
        extra: Name of the extra.
    """

    def __init__(self, use: str, extra: str) -> None:
        super().__init__(f"{use} is needed.", hint=f"Install it: pip install 'damnit-tui[{extra}]'")
