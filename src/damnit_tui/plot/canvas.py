"""The part of the screen that a plot is drawn on: it can be dragged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual import events
from textual.geometry import Offset
from textual.message import Message

from ..widgets.canvas import DataCanvas
from .render import shade_styles


class PlotCanvas(DataCanvas):
    """Lines of characters; tells where somebody points, turns the wheel and drags."""

    @dataclass
    class Dragged(Message):
        """Somebody moved the mouse with its button held, by so many characters."""

        across: int
        down: int

    _held: Offset | None = None
    """Where the mouse was with its button held."""
    _was_dragged = False

    def styles_by_role(self) -> dict[str, Style]:
        """How roles look in this theme, and the colours of a third number."""
        shades: Mapping[str, Style] = shade_styles(is_dark=self.app.current_theme.dark)
        return {**super().styles_by_role(), **shades}

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of it."""
        self._held, self._was_dragged = event.offset, False
        self.capture_mouse()
        event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it along."""
        if self._held is not None and event.offset != self._held:
            across, down = event.offset - self._held
            self._held, self._was_dragged = event.offset, True
            self.post_message(self.Dragged(across, down))

    def on_mouse_up(self) -> None:
        """Let go of it."""
        self._held = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Tell where, unless that was the end of dragging."""
        if not self._was_dragged:
            super().on_click(event)
