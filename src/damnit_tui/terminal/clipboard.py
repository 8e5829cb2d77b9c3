"""Copy over SSH: through tmux, the terminal or a file; and report which."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

TMUX_TIMEOUT_S = 2.0
OSC52_LIMIT_BYTES = 50_000
"""Terminals silently drop longer sequences."""
MUTE_TERMINALS = {"linux", "dumb", ""}
"""Terminals without a clipboard."""


class Clipboard:
    """The clipboard that the screens of an app share; it reports where the text went.

    Args:
        app: The app, whose terminal may be asked to copy.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app

    def copy(self, text: str, what: str = "") -> None:
        """Copy text in a worker.

        Args:
            text: The text.
            what: Its description, such as `3 runs`.
        """
        self._app.run_worker(partial(self._copy, text, what), group="copy", thread=True)

    def copy_now(self, text: str) -> str:
        """Copy text and return where it went; for workers, which may outlive the app."""

        def osc52(copied: str) -> None:
            self._app.call_later(self._app.copy_to_clipboard, copied)

        return copy_text(text, osc52, os.environ)

    def _copy(self, text: str, what: str) -> None:
        place = self.copy_now(text)
        message = f"Copied {what} to {place}." if what else f"Copied to {place}."
        self._app.call_later(self._app.notify, message, markup=False, timeout=3)


def copy_text(text: str, osc52: Callable[[str], object], environ: Mapping[str, str]) -> str:
    """Copy text and return where it can be pasted from.

    May wait for tmux or a disk; call it in a worker.

    Args:
        text: The text.
        osc52: Sends the escape sequence that asks the terminal to copy.
        environ: The environment, to identify tmux and the terminal.
    """
    if environ.get("TMUX") and (place := _into_tmux(text)):
        return place
    if environ.get("TERM", "") not in MUTE_TERMINALS and len(text.encode()) <= OSC52_LIMIT_BYTES:
        osc52(text)
        return "the terminal's clipboard (OSC 52)"
    return str(_into_file(text, environ))


def _into_tmux(text: str) -> str:
    """Copy into tmux's buffer; return where that is, or nothing on failure."""
    tmux = shutil.which("tmux")
    if tmux is None:
        return ""
    for options, place in (
        (["-w"], "the tmux buffer and clipboard"),
        ([], "the tmux buffer"),  # before 3.2 it does not forward to the terminal
    ):
        try:
            done = subprocess.run(
                [tmux, "load-buffer", *options, "-"],
                input=text.encode(errors="backslashreplace"),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=TMUX_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        if done.returncode == 0:
            return place
    return ""


def _into_file(text: str, environ: Mapping[str, str]) -> Path:
    home = environ.get("XDG_RUNTIME_DIR")
    folder = Path(home) if home and os.access(home, os.W_OK) else Path(tempfile.gettempdir())
    handle, name = tempfile.mkstemp(prefix="damnit-copied-", suffix=".txt", dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(name)
