"""Edit a text in an external editor, as `git commit` does."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from damnit_daemon.errors import DamnitError

AT_LINE = frozenset({"vi", "vim", "nvim", "nano", "emacs", "kak", "joe"})
"""Editors that take a line as `+12`."""


def edit_elsewhere(text: str, row: int, terminal: AbstractContextManager[object]) -> str:
    """Edit a text in `$VISUAL` or `$EDITOR`; in `vi` if neither is set.

    Args:
        text: The text, copied to a temporary file.
        row: Initial line, 1-based.
        terminal: While entered, the editor has the terminal.

    Returns:
        The saved text.

    Raises:
        DamnitError: If there is no such editor, the copy cannot be written, or the saved file
            cannot be read.
    """
    editor = _editor()
    try:
        with tempfile.TemporaryDirectory(prefix="damnit-edit-") as folder:
            path = Path(folder) / "context.py"
            path.write_text(text, "utf-8")
            with terminal:
                problem = _run([*editor, *_at_line(editor[0], row), str(path)])
            if problem:
                raise DamnitError(problem, hint="Set EDITOR to an installed editor.")
            return _saved(path)
    except OSError as error:
        raise DamnitError(f"Cannot write a copy for the editor: {error.strerror}.") from error


def _editor() -> list[str]:
    for name in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(os.environ.get(name, ""))
        except ValueError as error:
            raise DamnitError(f"Cannot parse {name}: {error}.") from None
        if words:
            return words
    return ["vi"]


def _run(command: list[str]) -> str:
    """Run it; return its error, as an exception would leave the terminal to the editor."""
    try:
        subprocess.run(command, check=False)
    except OSError as error:
        return f"Cannot start {command[0]}: {error.strerror}."
    return ""


def _saved(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise DamnitError("The edited file is not valid UTF-8: edit discarded.") from None
    except OSError as error:
        raise DamnitError(f"Cannot read the edited file: {error.strerror}.") from error


def _at_line(editor: str, row: int) -> Iterator[str]:
    if Path(editor).name in AT_LINE:
        yield f"+{row}"
