"""A dialog about one cell: its value or why there is none, and its metadata."""

from __future__ import annotations

from datetime import tzinfo

from rich.color import Color
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from .. import keymap
from ..dialogs.base import DialogScreen
from ..safe_text import plain
from ..sanitize import visible_lines
from ..table.blob_preview import LargePicture
from ..table.describe import CellState
from ..table.requests import CopyRequested
from ..themes import component, component_classes
from .cell_details import CellDetails


class CellDialog(DialogScreen):
    """A dialog over the table."""

    DEFAULT_CSS = """
    CellDialog {
        & #inspect-value { margin-bottom: 1; }
    }
    """

    COMPONENT_CLASSES = component_classes("quiet", "failure", "trend", "strong")
    BINDINGS = keymap.bindings("cell")

    def __init__(
        self,
        details: CellDetails,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.details = details
        self._zone = zone

    def compose(self) -> ComposeResult:
        """Compose the value, with its metadata below."""
        with VerticalScroll() as box:
            box.border_title = plain(self.details.title)
            box.border_subtitle = "y copy · Esc close"
            yield Static(id="inspect-value")
            yield Static(id="inspect-details")

    def on_mount(self) -> None:
        """Fill the dialog: the theme's colours are known only now."""
        self.query_one("#inspect-value", Static).update(self._value())
        self.query_one("#inspect-details", Static).update(self._details())

    def action_copy(self) -> None:
        """Copy the text of the dialog."""
        self.post_message(CopyRequested(self.details.plain_text()))

    def _value(self) -> Text:
        shown = self.details
        if shown.error is not None:
            heading, *message = shown.error_lines()
            text = Text(f"{heading}\n", self._style("quiet" if heading == "Skipped" else "failure"))
            return text.append("\n".join(message), "default")
        if shown.drawn is not None:
            return self._picture(shown.drawn)
        if shown.value is not None and isinstance(shown.value.value, str):
            return Text("\n".join(visible_lines(shown.value.value)))
        summary = shown.summary
        return Text(
            summary.text, self._style("quiet" if summary.state is CellState.EMPTY else "strong")
        )

    def _picture(self, picture: LargePicture) -> Text:
        text = Text(f"{picture.shape}\n", no_wrap=True)
        for line in picture.lines:
            text.append(f"\n{line}", self._style("trend"))
        for pixels in () if self.app.no_color else picture.pixels:
            text.append("\n")
            for upper, lower in pixels:
                text.append(
                    "▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))
                )
        return text

    def _details(self) -> Table:
        label = self._style("quiet")
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, text in self.details.facts(self._zone):
            table.add_row(Text(name, label), Text("\n".join(visible_lines(text))))
        return table

    def _style(self, role: str) -> str:
        return str(self.get_component_rich_style(component(role), partial=True))
