"""The help screen, drawn from the key table."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from .. import keymap
from ..data.daemon_activity import GROWING, QUEUED, RUNNING, STOPPED, UNREADABLE
from ..keymap import commands
from ..table.cells import (
    COMPUTING,
    FAILED,
    IMAGE,
    NO_SOURCE,
    NOT_COMPUTED,
    PROVENANCE,
    SKIPPED,
)
from .base import DialogScreen

KEY_WIDTH = 10
"""Of the column of keys."""
COMMAND_WIDTH = 26
"""Of what is typed at the `:` line, which may be long: it is folded there."""
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
    (f"{GROWING} {UNREADABLE}", "beside a run: its files still come; some are unreadable"),
)


class HelpScreen(DialogScreen):
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
        parts: list[Text | Table] = []
        for name, lines in self._sections():
            parts.append(Text(f"\n{name}" if parts else name, self._style("help--heading")))
            parts.append(self._table(lines))
        self.query_one(Static).update(Group(*parts))

    def _table(self, lines: list[tuple[str, str]]) -> Table:
        style = self._style("help--key")
        is_typed = any(len(key) > KEY_WIDTH for key, _ in lines)
        table = Table.grid(padding=(0, 2))
        table.add_column(width=COMMAND_WIDTH if is_typed else KEY_WIDTH)
        table.add_column()
        for key, text in lines:
            table.add_row(Text(key, style), Text(text))
        return table

    def _sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        if self._owner:
            return [(keymap.SCREENS[self._owner], keymap.screen_lines(self._owner))]
        sections = [(s, keymap.help_lines(s)) for s in keymap.HELP_SECTIONS]
        return [*sections, ("The : line", commands.help_lines()), ("Marks in cells", list(MARKS))]

    def _style(self, name: str) -> str:
        return str(self.get_component_rich_style(name, partial=True))
