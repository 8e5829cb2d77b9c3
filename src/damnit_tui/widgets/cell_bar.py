"""A one-line bar with the full description of the cell under the cursor."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from ..sanitize import clip
from ..table.describe import STATE_ROLES, CellDescription
from ..themes import component, component_classes


class CellBar(Widget):
    """One line about the cell under the cursor: its value, or why there is none."""

    DEFAULT_CSS = """
    CellBar {
        height: 1;
        background: $surface;
        color: $foreground;
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes("title", *STATE_ROLES.values())

    description: reactive[CellDescription | None] = reactive(None)
    """The description to show; None for nothing."""

    def render(self) -> Text:
        """Place and value; clipped at the edge, since Enter shows all."""
        if self.description is None:
            return Text("")
        place, text, state = self.description
        role = STATE_ROLES[state]
        style = Style() if role == "text" else self.get_component_rich_style(component(role))
        line = Text(" ", no_wrap=True, end="")
        line.append(place, self.get_component_rich_style(component("title")))
        line.append("  ")
        line.append(clip(text, max(0, self.size.width - line.cell_len - 1)), style)
        return line
