"""The help screen, drawn from the key table."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from .. import commands, keymap
from ..table.cells import (
    COMPUTING,
    FAILED,
    IMAGE,
    NO_SOURCE,
    NOT_COMPUTED,
    PROVENANCE,
    SKIPPED,
)
from ..work import QUEUED, RUNNING, STOPPED
from .box import BoxScreen

MARKS = (
    (SKIPPED, "skipped by its variable, with the reason"),
    (NO_SOURCE, "the data source was not recorded"),
    (FAILED, "failed; Enter shows the error"),
    (NOT_COMPUTED, "not computed for this run"),
    (COMPUTING, "being computed"),
    (IMAGE, "an image"),
    (PROVENANCE, "came from elsewhere than the context file"),
    ("bold", "varies within the run"),
    (f"{RUNNING} {QUEUED}", "beside a run: in work, queued"),
    (STOPPED, "beside a run: in work when the daemon was lost"),
)


class HelpScreen(BoxScreen):
    """All keys and marks."""

    DEFAULT_CSS = """
    HelpScreen {
        & VerticalScroll { width: 72; }
        & .help--heading { color: $text-secondary; text-style: bold; }
        & .help--key { color: $text-accent; text-style: bold; }
    }
    """

    COMPONENT_CLASSES = {"help--heading", "help--key"}  # noqa: RUF012 – Textual's way

    def __init__(self, owner: str = "") -> None:
        """Prepare the help.

        Args:
            owner: Of which screen; empty for the table.
        """
        super().__init__()
        self._owner = owner

    def compose(self) -> ComposeResult:
        """A list of keys by heading."""
        with VerticalScroll() as box:
            box.border_title = "Keys"
            box.border_subtitle = "Esc closes"
            yield Static()

    def on_mount(self) -> None:
        """Fill the list: only now the theme's colours are known."""
        self.query_one(Static).update(self._table())

    def _table(self) -> Table:
        heading = self._style("help--heading")
        key_style = self._style("help--key")
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True, min_width=8)
        table.add_column()
        for name, lines in self._sections():
            if table.row_count:
                table.add_row("", "")
            table.add_row(Text(name, heading), "")
            for key, text in lines:
                table.add_row(Text(key, key_style), Text(text))
        return table

    def _sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        if self._owner:
            return [(keymap.SCREENS[self._owner], keymap.screen_lines(self._owner))]
        sections = [(s, keymap.help_lines(s)) for s in keymap.HELP_SECTIONS]
        return [*sections, ("The : line", commands.help_lines()), ("Marks in cells", list(MARKS))]

    def _style(self, name: str) -> str:
        return str(self.get_component_rich_style(name, partial=True))
