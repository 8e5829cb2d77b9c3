"""Base of the screens that list values of runs: search, copy, help, back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.screen import Screen

from damnit_daemon.model import RunKey

from ..data.daemon_activity import DaemonActivity
from ..table.rows import Rows
from ..table.viewport import CellAddress
from ..widgets.row_list import RowList
from ..widgets.screen_footer import ScreenFooter
from ..widgets.search_prompt import SearchAnswered, SearchPrompt


@dataclass(frozen=True)
class ListSurroundings:
    """The parts of the table that a list of values uses."""

    rows: Rows
    work: Callable[[], DaemonActivity]
    inspect: Callable[[CellAddress], object]
    explain: Callable[[CellAddress], object]
    walked: Callable[[RunKey], object]
    """Called with the run that the user went to."""
    copy: Callable[[str], object]
    plot: Callable[[str], object]


class ListScreen(Screen[None]):
    """A list about runs, which can be searched."""

    OWNER: ClassVar[str]
    """Owner of the keys in its help."""

    def __init__(self, surroundings: ListSurroundings) -> None:
        super().__init__()
        self.words: Sequence[str] = ()
        """Only lines with all of these are listed."""
        self._around = surroundings

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
        self._around.copy(self.query_one(RowList).plain_text())

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from ..dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(self.OWNER))

    def action_close(self) -> None:
        """Go back to the table."""
        self.dismiss()
