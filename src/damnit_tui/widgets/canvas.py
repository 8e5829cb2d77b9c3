"""A widget that data is drawn on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ..themes import component, component_classes

ROLES = (
    "text", "label", "axis", "curve", "range", "crosshair", "gap", "passage", "failure", "quiet",
    "fit", *(f"series{n}" for n in range(6)),
)  # fmt: skip


class DataCanvas(Widget):
    """Lines of styled characters; posts messages for mouse clicks and the wheel."""

    DEFAULT_CSS = """
    DataCanvas {
        height: 1fr;
        width: 1fr;
        background: $background;
        color: $foreground;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes(*ROLES)

    @dataclass
    class Resized(Message):
        """Posted when the available size has changed."""

        width: int
        height: int

    @dataclass
    class Pointed(Message):
        """Posted when a character is clicked."""

        x: int
        y: int

    @dataclass
    class Wheeled(Message):
        """Posted when the wheel is turned over a character."""

        steps: int
        """Above 0: away from the user, to zoom in."""
        x: int
        y: int

    def __init__(self) -> None:
        super().__init__()
        self._strips: list[Strip] = []

    def styles_by_role(self) -> dict[str, Style]:
        """The styles of roles in this theme."""
        return {r: self.get_component_rich_style(component(r), partial=True) for r in ROLES}

    def show(self, lines: Sequence[list[Segment]]) -> None:
        """Show new lines; only those that changed are redrawn."""
        strips = [Strip(line) for line in lines]
        self._strips = strips
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Render one line."""
        style = self.rich_style
        width = self.size.width
        if y >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[y].adjust_cell_length(width, style).apply_style(style)

    def on_resize(self, event: events.Resize) -> None:
        """Post the available size."""
        self.post_message(self.Resized(event.size.width, event.size.height))

    def on_click(self, event: events.Click) -> None:
        """Post the position of the click."""
        event.stop()
        self.post_message(self.Pointed(event.x, event.y))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in."""
        event.stop()
        self.post_message(self.Wheeled(1, event.x, event.y))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        event.stop()
        self.post_message(self.Wheeled(-1, event.x, event.y))
