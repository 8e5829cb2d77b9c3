"""The dialog that asks for a file to save data to, and its format."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from damnit_daemon.errors import DamnitError
from damnit_daemon.model.view import Colours, Content, Curve, Figure, ReducedImage, TextContent
from damnit_daemon.user_path import typed_path

from .. import keymap
from ..sanitize import visible
from ..widgets.plain_input import PlainInput


@dataclass
class FileSaved(Message):
    """Posted when a file was written, or could not be."""

    path: Path
    problem: str = ""


def notify_saved(screen: Screen[Any], event: FileSaved) -> None:
    """Report where a file is, or why it was not written."""
    if event.problem:
        screen.notify(event.problem, severity="error", markup=False, timeout=8)
    else:
        screen.notify(f"Saved to {event.path}.", markup=False, timeout=5)


def default_folder() -> Path:
    """Return the folder to suggest: the current one, or the home directory."""
    return Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path.home()


def endings_for(content: Content | None) -> tuple[str, ...]:
    """Suffixes of the formats a value can be saved in, the most likely first."""
    if isinstance(content, Curve | ReducedImage):
        return (".png", ".csv", ".npy")
    if isinstance(content, Colours):
        return (".png", ".npy")
    if isinstance(content, Figure):
        return (".html", ".json")
    return (".txt",) if isinstance(content, TextContent) else ()


class SaveDialog(ModalScreen[Path | None]):
    """A field for a file's name; returns the path, or None."""

    DEFAULT_CSS = """
    SaveDialog {
        align: center middle;
        & Vertical {
            width: 88;
            max-width: 96%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border: round $frame-color;
            border-title-color: $title-color;
            border-title-style: $title-style;
            border-subtitle-color: $quiet-color;
        }
        & Static { width: 1fr; height: auto; margin-top: 1; color: $facts-color; }
    }
    """
    BINDINGS = keymap.bindings("save")

    def __init__(self, suggested: Path, endings: tuple[str, ...]) -> None:
        super().__init__()
        self._suggested = suggested
        self._endings = endings
        self._replaces: Path | None = None

    def compose(self) -> ComposeResult:
        """Compose the field, and hints."""
        with Vertical() as box:
            box.border_title = "Save as"
            box.border_subtitle = "⏎ save · Esc cancel"
            yield PlainInput(str(self._suggested), select_on_focus=False)
            yield Static(Text(f"The suffix sets the format: {', '.join(self._endings)}"))

    def on_mount(self) -> None:
        """Focus the field."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        """Accept a valid name; ask again before a file is replaced."""
        event.stop()
        try:
            path = typed_path(event.value)
        except DamnitError as error:
            self._say(visible(str(error)))
            return
        if path.suffix.lower() not in self._endings:
            self._say(f"Use one of the suffixes {', '.join(self._endings)}")
        elif os.path.lexists(path) and path != self._replaces:
            self._replaces = path
            self._say("The file exists. Press ⏎ again to overwrite it.")
        else:
            self.dismiss(path)

    def action_close(self) -> None:
        """Close without saving."""
        self.dismiss(None)

    def _say(self, text: str) -> None:
        self.query_one(Static).update(Text(text))
