"""A one-line bar with the full description of the cell under the cursor."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from ..sanitize import clip
from ..table.describe import CellDescription


class CellBar(Widget):
    """One line about the cell under the cursor: its value, or why there is none."""

    DEFAULT_CSS = """
    CellBar {
        height: 1;
        background: $surface;
        color: $foreground;
        & .cell-line--place { color: $text-primary; text-style: bold; }
        & .cell-line--error { color: $text-error; }
        & .cell-line--missing { color: $text-warning; }
        & .cell-line--faint { color: $foreground 60%; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "cell-line--place",
        "cell-line--error",
        "cell-line--missing",
        "cell-line--faint",
    }

    description: reactive[CellDescription | None] = reactive(None)
    """The description to show; None for nothing."""

    def render(self) -> Text:
        """Place and value; clipped at the edge, since Enter shows all."""
        if self.description is None:
            return Text("")
        place, text, role = self.description
        style = Style() if role == "text" else self.get_component_rich_style(f"cell-line--{role}")
        line = Text(" ", no_wrap=True, end="")
        line.append(place, self.get_component_rich_style("cell-line--place"))
        line.append("  ")
        line.append(clip(text, max(0, self.size.width - line.cell_len - 1)), style)
        return line
