"""The draggable canvas of a plot."""

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
    """Lines of characters; posts messages for clicks, the wheel and drags."""

    @dataclass
    class Dragged(Message):
        """Posted when the mouse was dragged, by `across` and `down` characters."""

        across: int
        down: int

    _held: Offset | None = None
    """Last mouse position of a drag."""
    _was_dragged = False

    def styles_by_role(self) -> dict[str, Style]:
        """The styles of roles in this theme, and the shades of a third variable."""
        shades: Mapping[str, Style] = shade_styles(is_dark=self.app.current_theme.dark)
        return {**super().styles_by_role(), **shades}

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start dragging."""
        self._held, self._was_dragged = event.offset, False
        self.capture_mouse()
        event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag along."""
        if self._held is not None and event.offset != self._held:
            across, down = event.offset - self._held
            self._held, self._was_dragged = event.offset, True
            self.post_message(self.Dragged(across, down))

    def on_mouse_up(self) -> None:
        """Stop dragging."""
        self._held = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Post the position of the click, unless it ended a drag."""
        if not self._was_dragged:
            super().on_click(event)
