"""How images are drawn: the user's setting, and what the terminal supports."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual.widget import Widget

from damnit_daemon.query import FilterError

from ..keymap.commands import complete_words
from ..sanitize import visible
from ..terminal.graphics.protocol_choice import WANTED, Graphics, GraphicsSetting, choose_graphics

if TYPE_CHECKING:
    from damnit_daemon.query.completion import Completion


class GraphicsChoice:
    """The choice of a graphics protocol.

    Attributes:
        setting: The user's setting.
        has_pixels: True if the terminal has reported support for pixel graphics.

    Args:
        owner: A widget of the app.
        lite: True if the line is slow.
    """

    def __init__(self, owner: Widget, *, lite: bool) -> None:
        self.setting: GraphicsSetting = "auto"
        self.has_pixels = False
        self._owner = owner
        self._lite = lite

    @property
    def current(self) -> Graphics:
        """The protocol to draw with."""
        app = self._owner.app
        colours = None if app.is_headless else app.console.color_system
        return choose_graphics(
            self.setting, os.environ, colours, lite=self._lite, has_pixels=self.has_pixels
        )

    def set(self, text: str) -> None:
        """Change the setting.

        Raises:
            FilterError: If it is not valid.
        """
        name = text.strip()
        if name not in WANTED:
            problem = (
                f"Unknown graphics protocol {visible(name)!r}." if name else "Missing protocol."
            )
            raise FilterError(problem, 0, len(text), hint=f"Available: {', '.join(WANTED)}.")
        self.setting = name

    def describe(self) -> str:
        """Return how images are drawn, as a sentence."""
        how = {
            Graphics.KITTY: "as pixels; if none appear, use :graphics blocks",
            Graphics.BLOCKS: "as half blocks",
            Graphics.SHADES: "as shades",
        }
        return f"Images are drawn {how[self.current]}."

    def complete(self, text: str, cursor: int) -> Completion:
        """Complete the settings."""
        return complete_words(text, cursor, WANTED)
