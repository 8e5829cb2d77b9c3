"""Base of the screens that list values of runs: search, copy, help, back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.screen import Screen

from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.requests import CopyRequested, DiagnosisRequested, ViewRequested
from ..widgets.row_list import RowList
from ..widgets.screen_footer import ScreenFooter
from ..widgets.search_prompt import SearchAnswered, SearchPrompt


class ListScreen(Screen[None]):
    """A list about runs, which can be searched."""

    OWNER: ClassVar[str]
    """Owner of the keys in its help."""

    def __init__(self, context: TableContext) -> None:
        super().__init__()
        self.words: Sequence[str] = ()
        """Only lines with all of these are listed."""
        self.context = context

    def list_again(self) -> None:
        """List the lines that match `words`."""
        raise NotImplementedError

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
