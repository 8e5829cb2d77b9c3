"""Read a folder's context file; for workers only."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from damnit_daemon.errors import DamnitError

MOST_BYTES = 4_000_000


class ContextFileText(NamedTuple):
    """The text of a context file; lines end in a line feed, regardless of the file."""

    text: str
    """Empty if there is no file yet."""
    line_end: str = "\n"
    """Line ending of the file."""


def read_context_file(path: Path) -> ContextFileText:
    """Read a context file.

    Raises:
        DamnitError: If it cannot be read, or is not editable text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return ContextFileText("")
    except OSError as error:
        raise DamnitError(f"Cannot read {path}: {error.strerror}.") from error
    if len(content) > MOST_BYTES:
        raise DamnitError(f"{path} is too large to edit here.")
    is_windows = content.count(b"\r\n") * 2 > content.count(b"\n")
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DamnitError(
            f"{path} is not valid UTF-8 (byte {error.start}).", hint="Use another editor."
        ) from None
    return ContextFileText(text, "\r\n" if is_windows else "\n")
