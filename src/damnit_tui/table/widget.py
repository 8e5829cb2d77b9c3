"""The run table: rows on the screen, with a cursor moved by keys and mouse."""

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
"""Seconds a search may run before keys are processed."""


class RunTable(MouseTable, inherit_bindings=False):
    """Runs down, variables across; updates do not move the cursor off its run and variable.

    Its keys are those of the owner `table` in the keymap.
    """

    # Digits are bindings, too: handled in `on_key`, buffered digits would precede earlier keys.
    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.bindings("table"),
        *(Binding(d, f"count({d!r})", show=False) for d in DIGITS),
    ]

    follow: reactive[bool] = reactive(False)
    """True to move the cursor to new runs."""

    count: reactive[str] = reactive("")
    """Digits typed so far, for `123G`."""

    @dataclass
    class CellOpened(Message):
        """Posted to open the details of a cell."""

        table: RunTable
        address: CellAddress

    @dataclass
    class NoteOpened(Message):
        """Posted to show a note in full."""

        table: RunTable
        note: Note

    @dataclass
    class SearchFailed(Message):
        """Posted when a search finds no cell among those shown."""

        table: RunTable
        search: Search

    def post_message(self, message: Message) -> bool:
        """Post a message, always in the table's own name.

        Textual lets no message bubble past the widget in whose handler it was made: the pane
        around the table moves the cursor, and the screen has to learn of it.
        """
        if message.bubble and not isinstance(message, events.Event):
            message.set_sender(self)
        return super().post_message(message)

    def add_runs(self, runs: Collection[RunRow]) -> list[RunKey]:
        """Add runs; when following, move to new ones."""
        added = super().add_runs(runs)
        shown = [key for key in added if self.rows.position(key) is not None]
        if shown and self.follow:
            self.move_to(max(shown))
        return added

    def expect_runs(self, keys: Collection[RunKey]) -> list[RunKey]:
        """Add empty rows for runs with nothing stored yet; return those that had none."""
        missing = sorted(key for key in keys if key not in self.rows)
        added = self.add_runs([RunRow(key, None, None) for key in missing])
        self.rows.mark_complete(added)
        return added

    # Moving

    def on_key(self, event: events.Key) -> None:
        """Reset the count of `123G` on any other key."""
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
        """Move by pages or fractions of a page."""
        self.action_move_cursor(int(pages * self.page), 0)

    def action_move_first(self) -> None:
        """Move to the newest run."""
        if self.rows.keys:
            self.move_to(self.rows.keys[0])

    def action_move_last(self) -> None:
        """Move to the oldest run, or to the run whose number was typed."""
        digits, self.count = self.count, ""
        if digits:
            self.jump(int(digits))
        elif self.rows.keys:
            self.move_to(self.rows.keys[-1])

    def action_move_line_start(self) -> None:
        """Move to the first column; within a count, `0` is a digit."""
        if self.count:
            self.action_count("0")
            return
        self.action_move_cursor(0, -len(self.view.fits))

    def action_move_line_end(self) -> None:
        """Move to the last column."""
        self.action_move_cursor(0, len(self.view.fits))

    def action_move_group(self, step: int) -> None:
        """Move to the next group of titles, or back to the start of this or the previous one."""
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
        """Move to the next failed cell, rightwards and down, wrapping around."""
        where = (self._cursor_row, self._cursor_column or 0)
        found = next_problem(self.rows, self.view.columns, *where)
        if found is None:
            self.notify("Nothing has failed in these runs.", markup=False)
        else:
            self.move_to(*found)

    def jump(self, run_number: int) -> None:
        """Move to a run by its number; notify if there is none."""
        proposal = self.cursor.key.proposal if self.cursor else 0
        same = [key for key in self.rows.keys if key.run == run_number]
        if not same:
            self.notify(
                f"There is no run {run_number} in this table.", severity="warning", markup=False
            )
            return
        self.move_to(min(same, key=lambda key: key.proposal != proposal))

    def action_inspect(self) -> None:
        """Request the details of the cell under the cursor."""
        if (note := self.note) is not None:
            self.post_message(self.NoteOpened(self, note))
        elif self.cursor is not None:
            self.post_message(self.CellOpened(self, self.cursor))

    @work(exclusive=True, group="search")
    async def seek(self, search: Search, step: int) -> None:
        """Move to the next match; keys are processed meanwhile."""
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
        """Toggle the mark of the run and move on to the next. A note is skipped."""
        if self.cursor is None:
            return
        below = self._cursor_row
        if self.note is None:
            self.marks = self.marks.toggled(self.cursor.key)
            below += 1
        if self.rows.keys:
            self.move_to(self.rows.keys[min(below, len(self.rows) - 1)])

    def action_mark_range(self) -> None:
        """Begin a range here, or end it and mark all runs in it."""
        if self.cursor is None:
            return
        if self.marks.anchor is None or not self._range:
            self.marks = self.marks._replace(anchor=self.cursor.key)
        else:
            self.marks = self.marks.with_runs(self._range)

    def action_mark_all(self) -> None:
        """Mark all runs that match the filter."""
        self.marks = self.marks.with_runs(self.rows.keys)

    def unmark(self) -> None:
        """Cancel the current range; without one, clear all marks."""
        marks = self.marks
        self.marks = type(marks)(marks.runs) if marks.anchor else type(marks)()

    # Columns

    def find_columns(self, text: str) -> list[str]:
        """Return the names of the columns shown that match a text, best match first."""
        columns = self.view.columns
        ranked = [(rank(text, c), index) for index, c in enumerate(columns)]
        found = sorted((at, index) for at, index in ranked if at is not None)
        return [columns[index].name for _, index in found]

    def action_widen(self, step: int) -> None:
        """Widen or narrow the column under the cursor."""
        index = self._cursor_column
        if index is not None:
            fit = self.view.fits[index]
            self.set_width(fit.column.name, max(1, fit.width + step * WIDTH_STEP))

    def action_fit_width(self) -> None:
        """Fit the column under the cursor to its content."""
        if self.cursor is not None:
            self.set_width(self.cursor.name, None)

    def action_row_height(self) -> None:
        """Cycle the row height, for larger pictures and curves."""
        place = ROW_HEIGHTS.index(self.row_height)
        self.show_height(ROW_HEIGHTS[(place + 1) % len(ROW_HEIGHTS)])

    def action_trends(self) -> None:
        """Toggle the trends of numbers over the runs shown."""
        self.show_extras(trends=not self.view.trends, outliers=self.view.outliers)

    def action_outliers(self) -> None:
        """Toggle the highlighting of outliers in each column."""
        self.show_extras(trends=self.view.trends, outliers=not self.view.outliers)
