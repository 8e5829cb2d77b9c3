"""The run table: rows on the screen, with a cursor that keys and the mouse move."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from damnit_daemon.model import RunKey, RunRow

from .. import keymap
from ..state.view_state import ROW_HEIGHTS
from .mouse import MouseTable
from .search import Search, next_problem, rank
from .viewport import CellAddress

if TYPE_CHECKING:
    from damnit_daemon.store import Note

WIDTH_STEP = 2
DIGITS = "123456789"
LOOK_S = 0.015
"""How long a search may look before keys are answered."""


class RunTable(MouseTable, inherit_bindings=False):
    """Runs down, variables across; the cursor stays on its run and variable whatever arrives.

    Its keys are those of the owner `table` in the key table.
    """

    # Digits are orders, too: taken by `on_key`, those typed ahead would precede the key before.
    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.bindings("table"),
        *(Binding(d, f"count({d!r})", show=False) for d in DIGITS),
    ]

    follow: reactive[bool] = reactive(False)
    """Whether the cursor goes along with new runs."""

    count: reactive[str] = reactive("")
    """Digits typed so far, for `123G`."""

    @dataclass
    class CellOpened(Message):
        """Somebody wants to know all about a cell."""

        table: RunTable
        address: CellAddress

    @dataclass
    class NoteOpened(Message):
        """Somebody wants to see a note in full."""

        table: RunTable
        note: Note

    @dataclass
    class SearchFailed(Message):
        """There is no such cell among those that are shown."""

        table: RunTable
        search: Search

    def add_runs(self, runs: Collection[RunRow]) -> list[RunKey]:
        """Take in runs; when following, go along with new ones."""
        added = super().add_runs(runs)
        shown = [key for key in added if self.rows.position(key) is not None]
        if shown and self.follow:
            self.move_to(max(shown))
        return added

    def expect_runs(self, keys: Collection[RunKey]) -> list[RunKey]:
        """Give runs a row of which nothing is stored yet; returns those that had none."""
        missing = sorted(key for key in keys if key not in self.rows)
        added = self.add_runs([RunRow(key, None, None) for key in missing])
        self.rows.mark_complete(added)
        return added

    # Moving

    def on_key(self, event: events.Key) -> None:
        """Forget the digits of `123G` when something else comes."""
        if self.count and event.key not in (*DIGITS, "0", "G"):
            self.count = ""

    def action_count(self, digit: str) -> None:
        """Collect the digits of `123G`."""
        self.count = (self.count + digit)[-7:]

    def action_move_cursor(self, rows: int, columns: int) -> None:
        """Move by rows and columns."""
        if self.cursor is None:
            return
        if columns:
            column = max(0, min(len(self.view.fits) - 1, (self._cursor_column or 0) + columns))
            self.move_to(name=self.view.columns[column].name if self.view.fits else None)
        elif (at := self._cursor_line) is not None:
            line = self.lines.step(at, rows)
            if isinstance(line, RunKey):
                self.move_to(line)
            else:
                self.stand_on(line)

    def action_move_page(self, pages: float) -> None:
        """Move by pages or parts of one."""
        self.action_move_cursor(int(pages * self.page), 0)

    def action_move_first(self) -> None:
        """Move to the newest run."""
        if self.rows.keys:
            self.move_to(self.rows.keys[0])

    def action_move_last(self) -> None:
        """Move to the oldest run, or to the one whose number was typed."""
        digits, self.count = self.count, ""
        if digits:
            self.jump(int(digits))
        elif self.rows.keys:
            self.move_to(self.rows.keys[-1])

    def action_move_line_start(self) -> None:
        """Move to the first column; amid digits it is one."""
        if self.count:
            self.action_count("0")
            return
        self.action_move_cursor(0, -len(self.view.fits))

    def action_move_line_end(self) -> None:
        """Move to the last column."""
        self.action_move_cursor(0, len(self.view.fits))

    def action_move_group(self, step: int) -> None:
        """Move to where the next group of titles begins, or back to where this or the last did."""
        if self.cursor is None:
            return
        starts = self.view.group_starts()
        at = self._cursor_column or 0
        ahead = [start for start in starts if start > at]
        behind = [start for start in starts if start < at]
        found = ahead[:1] if step > 0 else behind[-1:]
        if found:
            self.move_to(name=self.view.columns[found[0]].name)

    def action_next_problem(self) -> None:
        """Move to the next cell that failed, rightwards and down, round the end."""
        where = (self._cursor_row, self._cursor_column or 0)
        found = next_problem(self.rows, self.view.columns, *where)
        if found is None:
            self.notify("Nothing has failed in these runs.", markup=False)
        else:
            self.move_to(*found)

    def jump(self, run_number: int) -> None:
        """Move to a run by its number; says so if there is none."""
        proposal = self.cursor.key.proposal if self.cursor else 0
        same = [key for key in self.rows.keys if key.run == run_number]
        if not same:
            self.notify(
                f"There is no run {run_number} in this table.", severity="warning", markup=False
            )
            return
        self.move_to(min(same, key=lambda key: key.proposal != proposal))

    def action_inspect(self) -> None:
        """Ask for all about the cell under the cursor."""
        if (note := self.note) is not None:
            self.post_message(self.NoteOpened(self, note))
        elif self.cursor is not None:
            self.post_message(self.CellOpened(self, self.cursor))

    @work(exclusive=True, group="search")
    async def seek(self, search: Search, step: int) -> None:
        """Move to the next cell that is looked for; keys are answered meanwhile."""
        row, column = self._cursor_row, self._cursor_column or 0
        begun = time.monotonic()
        for found in search.seek(self.rows, self.view.columns, row, column, step):
            if found is not None:
                if self.rows.position(found[0]) is not None:
                    self.move_to(*found)
                return
            if time.monotonic() - begun > LOOK_S:
                await asyncio.sleep(0)
                begun = time.monotonic()
        self.post_message(self.SearchFailed(self, search))

    # Marking

    def action_mark(self) -> None:
        """Mark the run, or do not any more; then go on to the next. A note is passed over."""
        if self.cursor is None:
            return
        below = self._cursor_row
        if self.note is None:
            self.marks = self.marks.toggled(self.cursor.key)
            below += 1
        if self.rows.keys:
            self.move_to(self.rows.keys[min(below, len(self.rows) - 1)])

    def action_mark_range(self) -> None:
        """Begin a range here, or end it and mark all that is in it."""
        if self.cursor is None:
            return
        if self.marks.anchor is None or not self._range:
            self.marks = self.marks._replace(anchor=self.cursor.key)
        else:
            self.marks = self.marks.with_runs(self._range)

    def action_mark_all(self) -> None:
        """Mark all runs that the filter shows."""
        self.marks = self.marks.with_runs(self.rows.keys)

    def unmark(self) -> None:
        """Give up the range that was begun; if there is none, all marks."""
        marks = self.marks
        self.marks = type(marks)(marks.runs) if marks.anchor else type(marks)()

    # Columns

    def find_columns(self, text: str) -> list[str]:
        """The names of columns that are shown and may be meant by a text, the likeliest first."""
        columns = self.view.columns
        ranked = [(rank(text, c), index) for index, c in enumerate(columns)]
        found = sorted((at, index) for at, index in ranked if at is not None)
        return [columns[index].name for _, index in found]

    def action_widen(self, step: int) -> None:
        """Make the column under the cursor wider, or narrower."""
        index = self._cursor_column
        if index is not None:
            fit = self.view.fits[index]
            self.set_width(fit.column.name, max(1, fit.width + step * WIDTH_STEP))

    def action_fit_width(self) -> None:
        """Make the column under the cursor as wide as it needs."""
        if self.cursor is not None:
            self.set_width(self.cursor.name, None)

    def action_row_height(self) -> None:
        """Make rows taller for pictures and curves; those that are tallest low again."""
        place = ROW_HEIGHTS.index(self.row_height)
        self.show_height(ROW_HEIGHTS[(place + 1) % len(ROW_HEIGHTS)])

    def action_trends(self) -> None:
        """Show how numbers went over the runs shown, or do not any more."""
        self.show_extras(trends=not self.view.trends, outliers=self.view.outliers)

    def action_outliers(self) -> None:
        """Point out numbers that are far from the others of their column, or do not any more."""
        self.show_extras(trends=self.view.trends, outliers=not self.view.outliers)
