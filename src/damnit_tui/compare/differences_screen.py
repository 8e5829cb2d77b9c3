"""Differences between runs, largest first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static

from damnit_daemon.model import RunKey
from damnit_daemon.text import count_of

from .. import keymap
from ..dialogs.list_screen import ListScreen
from ..table.cells import CellAddress
from ..table.context import TableContext
from ..table.requests import PlotRequested
from ..widgets.row_list import RowList
from ..widgets.screen_footer import ScreenFooter
from .differences import SAME, Difference, compared, heading_of, lines_of, ranked

AT_ONCE_S = 0.008
"""How long to compare before keys are handled again."""
MOST_RUNS = 8
"""More columns would not fit."""


class DifferencesScreen(ListScreen):
    """Several runs side by side."""

    DEFAULT_CSS = """
    DifferencesScreen #differences-note { height: 1; color: $facts-color; }
    """
    BINDINGS = keymap.bindings("differences")
    OWNER = "differences"
    OFFERED = ("open", "plot", "all", "search", "help", "close")

    def __init__(self, context: TableContext, keys: Sequence[RunKey]) -> None:
        """Create the screen.

        Args:
            context: The table.
            keys: The runs to compare, two or more.
        """
        super().__init__(context)
        self.keys = tuple(sorted(keys, reverse=True)[:MOST_RUNS])
        self.found: Sequence[Difference] = ()
        self.shows_all = False
        self._left_out = len(keys) - len(self.keys)
        self._arrays = 0
        self._listed: object = None

    def list_again(self) -> None:
        """List the same runs with the current search."""
        self.show_list()

    def compose(self) -> ComposeResult:
        """Compose the runs, their differences and the footer."""
        yield Static(id="differences-head", classes="list-head")
        yield Static(id="differences-note")
        yield RowList()
        yield ScreenFooter("differences")

    def refresh_list(self) -> None:
        """Compare the runs again, if their values have changed."""
        rows = self.context.rows
        keys = [key for key in self.keys if key in rows]
        listed = ([rows.version(key) for key in keys], len(rows.columns))
        if listed != self._listed:
            self._listed = listed
            self.compare(keys)

    @work(exclusive=True, group="compare")
    async def compare(self, keys: Sequence[RunKey]) -> None:
        """Compare runs; keys are handled meanwhile, and later changes are compared next."""
        rows = self.context.rows
        every, found = list(rows.all_keys), []
        begun = time.monotonic()
        for one in compared(keys, list(rows.columns), rows, rows.value, every):
            found.append(one)
            if time.monotonic() - begun > AT_ONCE_S:
                await asyncio.sleep(0)
                every[:] = [key for key in every if key in rows]  # some may be gone by now
                begun = time.monotonic()
        self.found, self._arrays = ranked(found)
        self.show_list()

    def show_list(self) -> None:
        """Show the differences."""
        several = len({key.proposal for key in self.keys}) > 1
        listed = [each for each in self.found if self.shows_all or each.grade > SAME]
        shown = [line for line in lines_of(listed) if line.has(self.words)]
        self.query_one(RowList).fill(heading_of(self.keys, several=several), shown, stretch=0)
        differing = sum(each.grade > SAME for each in self.found)
        runs = ", ".join(str(key.run) for key in self.keys)
        differ = f"{differing} of {len(self.found)} variables differ"
        self.show_head(f"Runs {runs}", differ, shown=len(shown))
        notes = [
            "σ: typical spread over all runs",
            f"{self._arrays} with images or arrays, not compared" if self._arrays else "",
            f"{count_of(self._left_out, 'more run')} not shown" if self._left_out else "",
        ]
        text = " · ".join(filter(None, notes))
        self.query_one("#differences-note", Static).update(Text(f" {text}"))

    # Actions

    @on(RowList.Opened)
    def action_open(self) -> None:
        """View the value of the newest run; explain an empty one."""
        name = self.query_one(RowList).current
        if not name:
            return
        addresses = [CellAddress(key, name) for key in self.keys]
        self.view_or_explain(next(filter(self.has_no_value, addresses), addresses[0]))

    def action_plot(self) -> None:
        """Plot the variable over runs."""
        if name := self.query_one(RowList).current:
            self.post_message(PlotRequested(name))

    def action_show_all(self) -> None:
        """Toggle rows without a difference."""
        self.shows_all = not self.shows_all
        self.show_list()
