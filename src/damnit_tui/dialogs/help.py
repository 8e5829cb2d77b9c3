"""The help screen, built from the key table: in columns where there is room, with a search."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

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
from ..themes import component, component_classes
from ..widgets.plain_input import PlainInput
from .base import DialogScreen

COLUMN_WIDTH, MOST_COLUMNS = 54, 3
"""Width and number of columns side by side."""
FRAME_WIDTH = 7
"""Frame, padding and scroll bar."""
KEY_WIDTH = 10
"""Width of the column of keys."""
COMMAND_WIDTH = 26
"""Width of the column of commands, which may be long: they are wrapped there."""
MARKS = (
    (SKIPPED, "skipped by its variable, with the reason"),
    (NO_SOURCE, "the data source was not recorded"),
    (FAILED, "failed; ⏎ shows the error"),
    (NOT_COMPUTED, "not computed for this run"),
    (COMPUTING, "being computed"),
    (IMAGE, "an image"),
    (PROVENANCE, "does not come from the context file"),
    ("bold", "varies within the run"),
    (f"{RUNNING} {QUEUED}", "beside a run: running, queued"),
    (STOPPED, "beside a run: was running when the daemon was lost"),
    (f"{GROWING} {UNREADABLE}", "beside a run: files still arriving; some unreadable"),
)


Section = tuple[str, list[tuple[str, str]]]
"""A heading, and keys with their descriptions."""


class HelpScreen(DialogScreen):
    """All keys and marks."""

    DEFAULT_CSS = """
    HelpScreen {
        & Input { margin-bottom: 1; display: none; }
    }
    """

    BINDINGS = keymap.bindings("help")
    COMPONENT_CLASSES = component_classes("heading", "key")

    def __init__(self, owner: str = "") -> None:
        """Create the help.

        Args:
            owner: The screen; empty for the table.
        """
        super().__init__()
        self._owner = owner

    def compose(self) -> ComposeResult:
        """Compose the list of keys by heading."""
        with VerticalScroll() as box:
            box.border_title = "Keys"
            box.border_subtitle = "/ search · Esc close"
            yield PlainInput(placeholder="search keys and descriptions")
            yield Static()

    def on_mount(self) -> None:
        """Scroll with the keys until a search begins."""
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        """Fill the list: only now the theme's colours and the size are known."""
        self._fill()

    def action_search(self) -> None:
        """Open the search."""
        self.query_one(Input).display = True
        self.query_one(Input).focus()

    @on(Input.Changed)
    def find(self, event: Input.Changed) -> None:
        """Show the keys that match the search."""
        event.stop()
        self._fill()

    @on(Input.Submitted)
    def scroll_found(self, event: Input.Submitted) -> None:
        """Keep the matches, and scroll them with the keys."""
        event.stop()
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        """Show all keys again, or close."""
        search = self.query_one(Input)
        if search.display:
            search.value, search.display = "", False
            self.query_one(VerticalScroll).focus()
        else:
            self.dismiss()

    def _fill(self) -> None:
        found = self._found(self.query_one(Input).value)
        room = int(self.size.width * 0.96) - FRAME_WIDTH
        lines = sum(len(lines) + 2 for _, lines in found)
        is_long = lines > self.size.height * 0.9 - FRAME_WIDTH
        columns = max(1, min(MOST_COLUMNS, room // COLUMN_WIDTH)) if is_long else 1
        self.query_one(VerticalScroll).styles.width = (
            min(max(72, columns * (COLUMN_WIDTH + 8)), room) + FRAME_WIDTH
        )
        grid = Table.grid(padding=(0, 3), expand=True)
        for _ in range(columns):
            grid.add_column(ratio=1)
        grid.add_row(*(self._column(part) for part in _in_columns(found, columns)))
        shown = grid if found else Text("No matching keys. Esc shows all.")
        self.query_one(Static).update(shown)

    def _found(self, text: str) -> list[Section]:
        """The sections, with only the lines that have all words."""
        words = text.casefold().split()
        found = [
            (name, [line for line in lines if _has(f"{name} {line[0]} {line[1]}", words)])
            for name, lines in self._sections()
        ]
        return [(name, lines) for name, lines in found if lines]

    def _column(self, sections: list[Section]) -> Group:
        parts: list[Text | Table] = []
        for name, lines in sections:
            parts.append(Text(f"\n{name}" if parts else name, self._style("heading")))
            parts.append(self._table(lines))
        return Group(*parts)

    def _table(self, lines: list[tuple[str, str]]) -> Table:
        style = self._style("key")
        is_typed = any(len(key) > KEY_WIDTH for key, _ in lines)
        table = Table.grid(padding=(0, 2))
        table.add_column(width=COMMAND_WIDTH if is_typed else KEY_WIDTH)
        table.add_column()
        for key, text in lines:
            table.add_row(Text(key, style), Text(text))
        return table

    def _sections(self) -> list[Section]:
        if self._owner:
            return [(keymap.SCREENS[self._owner], keymap.screen_lines(self._owner))]
        sections = [(s, keymap.help_lines(s)) for s in keymap.HELP_SECTIONS]
        return [*sections, ("Commands", commands.help_lines()), ("Marks in cells", list(MARKS))]

    def _style(self, role: str) -> str:
        return str(self.get_component_rich_style(component(role), partial=True))


def _has(text: str, words: list[str]) -> bool:
    return all(word in text.casefold() for word in words)


def _in_columns(sections: list[Section], count: int) -> list[list[Section]]:
    """Distribute sections top to bottom, then left to right; a single one is split."""
    if len(sections) == 1 and count > 1:
        name, lines = sections[0]
        size = -(-len(lines) // count)
        parts = [lines[start : start + size] for start in range(0, len(lines), size)]
        return [[(name if not place else "", part)] for place, part in enumerate(parts)]
    height = sum(len(lines) + 2 for _, lines in sections) / count
    columns: list[list[Section]] = [[] for _ in range(count)]
    top = 0.0
    for name, lines in sections:
        middle = top + (len(lines) + 2) / 2
        columns[min(count - 1, int(middle / height))].append((name, lines))
        top += len(lines) + 2
    return columns
