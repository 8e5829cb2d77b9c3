"""The run table: rows on the screen, with a cursor that keys and the mouse move."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import tzinfo

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive

from damnit_daemon.model import RunKey, RunRow

from .. import keymap
from .canvas import RowCanvas
from .view import CellAddress

RETRY_S = 0.01
"""How soon to look again whether the terminal has taken what was written."""


class RunTable(RowCanvas, inherit_bindings=False):
    """Runs down, variables across; the cursor stays on its run and variable whatever arrives.

    Its keys are those of the owner `table` in the key table.
    """

    BINDINGS = keymap.bindings("table")

    follow: reactive[bool] = reactive(False)
    """Whether the cursor goes along with new runs."""

    count: reactive[str] = reactive("")
    """Digits typed so far, for `123G`."""

    @dataclass
    class CellOpened(Message):
        """Somebody wants to know all about a cell."""

        table: RunTable
        address: CellAddress

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
        images: bool = True,
        busy: Callable[[], bool] = lambda: False,
        id: str | None = None,
    ) -> None:
        """Make an empty table.

        Args:
            clock: Tells the time, to know which runs are of today.
            zone: In which times are shown; None for this machine's.
            images: Whether to draw images, which cost a slow line more than text.
            busy: Whether the terminal still has to take what was written last;
                the cursor is not painted meanwhile.
            id: Its id in the DOM.
        """
        super().__init__(clock=clock, zone=zone, images=images, id=id)
        self._busy = busy
        self._waiting = False

    def add_runs(self, runs: Collection[RunRow]) -> list[RunKey]:
        """Take in runs; when following, go along with new ones."""
        added = super().add_runs(runs)
        if added and self.follow:
            self.move_to(self.rows.keys[0])
        return added

    def expect_runs(self, keys: Collection[RunKey]) -> list[RunKey]:
        """Give runs a row of which nothing is stored yet; returns those that had none."""
        missing = sorted(key for key in keys if key not in self.rows)
        added = self.add_runs([RunRow(key, None, None) for key in missing])
        self.rows.mark_complete(added)
        return added

    @property
    def _cursor_row(self) -> int:
        return (self.rows.position(self.cursor.key) or 0) if self.cursor else 0

    # The cursor

    def move_to(self, key: RunKey | None = None, name: str | None = None) -> None:
        """Put the cursor on a run, a variable, or both; paint it as soon as there is room."""
        if self.cursor is None:
            return
        moved = CellAddress(key or self.cursor.key, name or self.cursor.name)
        if moved == self.cursor and moved == self._painted:
            return
        self.cursor = moved
        self._paint_cursor()

    def _paint_cursor(self) -> None:
        """Show the cursor where it is now, or wait while the terminal is busy.

        On a slow line a held key moves the cursor faster than it can be drawn;
        positions it has left are not drawn at all.
        """
        if self._waiting:
            return
        if self._busy():
            self._waiting = True
            self.set_timer(RETRY_S, self._retry)
            return
        old, self._painted = self._painted, self.cursor
        self._show_row()
        column = self._cursor_column
        if column is not None and self.view.settle(self.shown_keys, column):
            self._relook()
            self._arrange()
        run = old is None or self.cursor is None or old.key != self.cursor.key
        title = old is None or self.cursor is None or old.name != self.cursor.name
        for address in (old, self.cursor):
            if address is not None:
                self._refresh_cell(address, run=run, title=title)
        self._tell_cursor()

    def _retry(self) -> None:
        self._waiting = False
        self._paint_cursor()

    def _show_row(self) -> None:
        top, row = round(self.scroll_y), self._cursor_row
        if row < top:
            self.scroll_to(y=row, animate=False, immediate=True)
        elif row >= top + self.page:
            self.scroll_to(y=row - self.page + 1, animate=False, immediate=True)

    def _refresh_cell(self, address: CellAddress, *, run: bool, title: bool) -> None:
        """Paint a cell again, and its run number and title if they look different now."""
        position = self.rows.position(address.key)
        column = self.rows.column_index(address.name)
        y = self.header_height + (position or 0) - round(self.scroll_y)
        is_shown = position is not None and self.header_height <= y < self.size.height
        if is_shown and run:
            self.refresh(Region(0, y, self.view.frozen_width, 1))
        for slot in self.view.slots:
            if slot.index == column and is_shown:
                self.refresh(Region(slot.x, y, slot.width, 1))
            if slot.index == column and title:
                self.refresh(Region(slot.x, self.view.levels - 1, slot.width, 1))

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to where one clicks; a second click opens the cell."""
        position = round(self.scroll_y) + event.y - self.header_height
        slot = self.view.slot_at(event.x)
        name = self.rows.columns[slot.index].name if slot else None
        if event.y < self.header_height:
            self.move_to(name=name)
        elif 0 <= position < len(self.rows):
            self.move_to(self.rows.keys[position], name)
            if event.chain == 2:
                self.action_inspect()

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Show columns further on."""
        event.stop()
        self._scroll_columns(1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Show columns further back."""
        event.stop()
        self._scroll_columns(-1)

    def _scroll_columns(self, step: int) -> None:
        self.view.first = max(0, min(len(self.view.fits) - 1, self.view.first + step))
        self._arrange()

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Collect the digits of `123G`."""
        digit = event.character or ""
        if digit.isascii() and digit.isdigit() and (self.count or digit != "0"):
            self.count = (self.count + digit)[-7:]
            event.stop()
            event.prevent_default()
        elif self.count and event.key != "G":
            self.count = ""

    def action_move_cursor(self, rows: int, columns: int) -> None:
        """Move by rows and columns."""
        if self.cursor is None:
            return
        row = max(0, min(len(self.rows) - 1, self._cursor_row + rows))
        column = max(0, min(len(self.rows.columns) - 1, (self._cursor_column or 0) + columns))
        self.move_to(self.rows.keys[row], self.rows.columns[column].name)

    def action_move_page(self, pages: float) -> None:
        """Move by pages or parts of one."""
        self.action_move_cursor(int(pages * self.page), 0)

    def action_move_first(self) -> None:
        """Move to the newest run."""
        self.action_move_cursor(-len(self.rows), 0)

    def action_move_last(self) -> None:
        """Move to the oldest run, or to the one whose number was typed."""
        digits, self.count = self.count, ""
        if digits:
            self.jump(int(digits))
        else:
            self.action_move_cursor(len(self.rows), 0)

    def action_move_line_start(self) -> None:
        """Move to the first column."""
        self.action_move_cursor(0, -len(self.rows.columns))

    def action_move_line_end(self) -> None:
        """Move to the last column."""
        self.action_move_cursor(0, len(self.rows.columns))

    def action_next_problem(self) -> None:
        """Move to the next cell that failed, rightwards and down, round the end."""
        found = self.rows.next_problem(self._cursor_row, self._cursor_column or 0)
        if found is None:
            self.notify("Nothing has failed in these runs.", markup=False)
        else:
            self.move_to(*found)

    def action_inspect(self) -> None:
        """Ask for all about the cell under the cursor."""
        if self.cursor is not None:
            self.post_message(self.CellOpened(self, self.cursor))

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
