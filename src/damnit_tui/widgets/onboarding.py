"""Five keys to begin with, for new users."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from .. import keymap
from ..themes import component, component_classes

LINES = {
    "app.help": "help: all keys, on every screen",
    "runs.filter": "filter runs, such as xgm > 500",
    "runs.why": "explain why a cell is empty, and how to fix it",
    "runs.plot": "plot a variable over runs or within them",
    "runs.reprocess": "reprocess runs: all, failed or changed variables",
}
"""Key ID → its purpose."""


class OnboardingTips(Static):
    """A frame between the table and the lines below it; captures no keys."""

    DEFAULT_CSS = """
    OnboardingTips {
        height: auto;
        padding: 0 1;
        background: $surface;
        border: round $frame-color;
        border-title-color: $title-color;
        border-subtitle-color: $quiet-color;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes("key")

    def on_mount(self) -> None:
        """Fill the frame: the theme's colours are known only now."""
        self.border_title = "Getting started"
        self.border_subtitle = "Esc: dismiss"
        style = self.get_component_rich_style(component("key"), partial=True)
        keys = {key.id: key for key in keymap.KEYS}
        table = Table.grid(padding=(0, 2))
        for name, text in LINES.items():
            table.add_row(Text(keys[name].shown, style), Text(text))
        self.update(table)

    def on_click(self) -> None:
        """Close the tips."""
        self.remove()
