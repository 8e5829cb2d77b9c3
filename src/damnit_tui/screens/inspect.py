"""All about one cell: its value in full, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from rich.color import Color
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from .. import keymap
from ..inspected import Inspected
from ..table.cells import parse_attributes
from ..table.describe import describe, details, error_of
from ..table.layout import split_title
from ..table.picture import LargePicture
from ..visible import visible, visible_lines
from .box import BoxScreen


class InspectScreen(BoxScreen):
    """A box over the table."""

    DEFAULT_CSS = """
    InspectScreen {
        & #inspect-value { margin-bottom: 1; }
        & .inspect--label { color: $foreground 60%; }
        & .inspect--error { color: $text-error; text-style: bold; }
        & .inspect--curve { color: $text-accent; }
        & .inspect--faint { color: $foreground 60%; }
    }
    """

    COMPONENT_CLASSES = {f"inspect--{role}" for role in ("label", "error", "faint", "curve")}  # noqa: RUF012 – Textual's way
    BINDINGS = keymap.bindings("inspect")

    @dataclass
    class CopyWanted(Message):
        """Somebody wants this text elsewhere."""

        text: str

    def __init__(self, inspected: Inspected, zone: tzinfo | None = None) -> None:
        super().__init__()
        self.inspected = inspected
        self._zone = zone

    def compose(self) -> ComposeResult:
        """The value above, what is known about it below."""
        with VerticalScroll() as box:
            title = "/".join(split_title(self.inspected.column.title))
            box.border_title = Text(f"r{self.inspected.key.run} · {title}").markup
            box.border_subtitle = "y copy · Esc close"
            yield Static(id="inspect-value")
            yield Static(id="inspect-details")

    def on_mount(self) -> None:
        """Fill it: only now the theme's colours are known."""
        self.query_one("#inspect-value", Static).update(self._value())
        self.query_one("#inspect-details", Static).update(self._details())

    def plain_text(self) -> str:
        """The value or the error as text, to be copied."""
        value = self.inspected.value
        if value is None:
            return ""
        error = error_of(parse_attributes(value.attributes_json)) if value.value is None else None
        if error is not None:
            return f"{error[0]}: {error[1]}"
        drawn = self.inspected.drawn
        return drawn.shape if drawn else str(value.value)

    def action_copy(self) -> None:
        """Copy what is shown."""
        self.post_message(self.CopyWanted(self.plain_text()))

    def _value(self) -> Text:
        shown = self.inspected
        value = shown.value
        error = None
        if value is not None and value.value is None:
            error = error_of(parse_attributes(value.attributes_json))
        if error is not None:
            return self._error(*error)
        if shown.drawn is not None:
            return self._picture(shown.drawn)
        if value is not None and isinstance(value.value, str):
            return Text("\n".join(visible_lines(value.value)))
        said = describe(shown.key, shown.column, value, complete=True, doing=shown.absence)
        faint = self._style("faint") if said.role == "faint" else "bold"
        return Text(said.text, faint)

    def _picture(self, picture: LargePicture) -> Text:
        text = Text(f"{picture.shape}\n", no_wrap=True)
        for line in picture.lines:
            text.append(f"\n{line}", self._style("curve"))
        for pixels in () if self.app.no_color else picture.pixels:
            text.append("\n")
            for upper, lower in pixels:
                text.append(
                    "▀", Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))
                )
        return text

    def _error(self, name: str, message: str) -> Text:
        text = Text()
        heading = "Skipped" if name == "Skip" else visible(name)
        text.append(f"{heading}\n", self._style("error" if name != "Skip" else "faint"))
        text.append("\n".join(visible_lines(message.strip())))
        return text

    def _details(self) -> Table:
        label = self._style("label")
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        found = details(self.inspected.column, self.inspected.value, self._zone)
        found += self.inspected.history
        for name, text in found:
            table.add_row(Text(name, label), Text("\n".join(visible_lines(text))))
        return table

    def _style(self, name: str) -> str:
        return str(self.get_component_rich_style(f"inspect--{name}", partial=True))
