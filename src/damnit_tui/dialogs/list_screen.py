"""Base of the screens that list values of runs: title, live list, search, copy, help, back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.screen import Screen
from textual.widgets import Static

from ..sanitize import visible
from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.requests import CopyRequested, DiagnosisRequested, ViewRequested
from ..widgets.row_list import RowList
from ..widgets.screen_footer import ScreenFooter
from ..widgets.search_prompt import SearchAnswered, SearchPrompt

LIVE_S = 1.0


class ListScreen(Screen[None]):
    """A list about runs under a title, which is kept up to date and can be searched."""

    DEFAULT_CSS = """
    ListScreen {
        layout: vertical;
        & .list-head {
            height: 1; background: $panel; color: $title-color; text-style: $title-style;
        }
    }
    """
    OWNER: ClassVar[str]
    """Owner of the keys in its help."""
    OFFERED: ClassVar[tuple[str, ...]]
    """Names of the owner's keys that the footer shows."""

    def __init__(self, context: TableContext) -> None:
        super().__init__()
        self.words: Sequence[str] = ()
        """Only lines with all of these are listed."""
        self.context = context

    def on_mount(self) -> None:
        """Start, and refresh periodically."""
        self.query_one(ScreenFooter).offered = tuple(f"{self.OWNER}.{n}" for n in self.OFFERED)
        self.query_one(RowList).focus()
        self.refresh_list()
        self.set_interval(LIVE_S, self.refresh_list)

    def refresh_list(self) -> None:
        """Show the list, if what it shows has changed."""
        raise NotImplementedError

    def list_again(self) -> None:
        """List the lines that match `words`."""
        raise NotImplementedError

    def show_head(self, *facts: str, shown: int) -> None:
        """Show the title.

        Args:
            facts: Its parts.
            shown: Number of lines that match the search, if there is one.
        """
        if self.words:
            facts = (*facts, f"{shown} matching “{visible(' '.join(self.words))}”")
        self.query_one(".list-head", Static).update(Text(f" {' · '.join(facts)}"))

    def action_move(self, lines: int) -> None:
        """Move in the list."""
        self.query_one(RowList).action_move(lines)

    def action_search(self) -> None:
        """Prompt for a search."""
        if not self.query(SearchPrompt):
            self.mount(SearchPrompt(), before=self.query_one(ScreenFooter))

    @on(SearchAnswered)
    def search(self, event: SearchAnswered) -> None:
        """List only lines with these words; an empty search lists all."""
        event.stop()
        self.query(SearchPrompt).remove()
        if event.text is not None:
            self.words = tuple(event.text.casefold().split())
            self.list_again()
        self.query_one(RowList).focus()

    def action_copy(self) -> None:
        """Copy the list."""
        self.post_message(CopyRequested(self.query_one(RowList).plain_text()))

    def view_or_explain(self, address: CellAddress) -> None:
        """View a value; explain an empty cell."""
        request = DiagnosisRequested if self.has_no_value(address) else ViewRequested
        self.post_message(request(address))

    def has_no_value(self, address: CellAddress) -> bool:
        """Return True if a cell has no value."""
        value = self.context.rows.value(*address)
        return value is None or value.value is None

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from ..dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(self.OWNER))

    def action_close(self) -> None:
        """Go back to the table."""
        self.dismiss()
