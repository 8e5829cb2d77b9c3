"""The cursor and the marked runs of the table: moving, painting, scrolling into view."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive

from damnit_daemon.model import RunKey

from .data_updates import RowContent
from .search import Search
from .selection import IN_RANGE, MARK, RunSelection
from .viewport import CellAddress

if TYPE_CHECKING:
    from damnit_daemon.store import Note

RETRY_S = 0.01
"""Interval at which to check whether the terminal has accepted the last output."""


class CursorTable(RowContent, inherit_bindings=False):
    """Table rows with a cursor and marks, without keys and mouse."""

    marks: reactive[RunSelection] = reactive(RunSelection(), repaint=False)
    """The marked runs."""

    @dataclass
    class MarksChanged(Message):
        """Posted when the marks change, or a range is begun, extended or ended."""

        table: CursorTable
        marked: frozenset[RunKey]
        in_range: int
        """Runs in a range that is not ended yet."""

        def can_replace(self, message: Message) -> bool:
            """Only the latest marks matter."""
            return isinstance(message, CursorTable.MarksChanged)

        @property
        def control(self) -> CursorTable:
            """The table."""
            return self.table

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
        images: bool = True,
        busy: Callable[[], bool] = lambda: False,
        id: str | None = None,
    ) -> None:
        """Create an empty table.

        Args:
            clock: Returns the current time, to determine which runs are of today.
            zone: Time zone for displayed times; None for this machine's.
            images: Whether to draw images, which cost a slow connection more than text.
            busy: Whether the terminal has not accepted the last output yet;
                the cursor is not painted meanwhile.
            id: The ID of the widget in the DOM.
        """
        super().__init__(clock=clock, zone=zone, images=images, id=id)
        self._busy = busy
        self._waiting = False
        self._range: frozenset[RunKey] = frozenset()

    @property
    def marked(self) -> frozenset[RunKey]:
        """The marked runs, shown or not."""
        return self.marks.runs

    # The cursor

    @property
    def _cursor_row(self) -> int:
        return (self.rows.position(self.cursor.key) or 0) if self.cursor else 0

    def move_to(self, key: RunKey | None = None, name: str | None = None) -> None:
        """Move the cursor to a run, a variable, or both; paint it once the terminal is ready."""
        if self.cursor is None:
            return
        cursor = self.cursor
        # A name may be empty: a database does not forbid it.
        place = CellAddress(key or cursor.key, cursor.name if name is None else name)
        self._move(place, None)

    def stand_on(self, note: Note) -> None:
        """Move the cursor to a note; it moves on from the note's run and its own variable."""
        if self.cursor is not None:
            self._move(self.cursor._replace(key=self.lines.run_of(note)), note.rowid)

    def _move(self, cell: CellAddress, note_id: int | None) -> None:
        self._home = None
        if (cell, note_id) == self._spot == self._painted:
            return
        self.cursor, self.note_id = cell, note_id
        self._paint_cursor()

    def _paint_cursor(self) -> None:
        """Paint the cursor at its position, or wait while the terminal is busy.

        On a slow connection a held key moves the cursor faster than it can be drawn;
        intermediate positions are skipped.
        """
        if self._waiting:
            return
        if self._busy():
            self._waiting = True
            self.set_timer(RETRY_S, self._retry)
            return
        (old, old_note), self._painted = self._painted, self._spot
        self._show_row()
        column = self._cursor_column
        if column is not None and self.view.settle(self.shown_keys, column):
            self._relook()
            self._arrange()
        run = old is None or self.cursor is None or old.key != self.cursor.key
        title = old is None or self.cursor is None or old.name != self.cursor.name
        if old_note != self.note_id:
            run = True
            for note_id in (old_note, self.note_id):
                self._refresh_note(note_id)
        for address in (old, self.cursor):
            if address is not None:
                self._refresh_cell(address, run=run, title=title)
        self._stretch_range()
        self._tell_cursor()

    def _retry(self) -> None:
        self._waiting = False
        self._paint_cursor()

    def _show_row(self) -> None:
        top, row = round(self.scroll_y), self._cursor_line or 0
        if row < self.page and self.lines.is_above_all_runs(row):
            row = 0  # also show notes made since the newest run began
        if row < top:
            self.scroll_to(y=row, animate=False, immediate=True)
        elif row >= top + self.page:
            self.scroll_to(y=row - self.page + 1, animate=False, immediate=True)

    def _refresh_cell(self, address: CellAddress, *, run: bool, title: bool) -> None:
        """Repaint a cell, and its run number and title if their style has changed."""
        position = self.lines.place(address.key)
        column = self.view.index_of(address.name)
        y = self._screen_y((position or 0) - round(self.scroll_y))
        is_shown = position is not None and self.header_height <= y < self.size.height
        if is_shown and run:
            self.refresh(self._region(0, y, self.view.frozen_width))
        for slot in self.view.slots:
            if slot.index == column and is_shown:
                self.refresh(self._region(slot.x, y, slot.width))
            if slot.index == column and title:
                self.refresh(Region(slot.x, self.view.levels - 1, slot.width, 1))

    def _refresh_note(self, note_id: int | None) -> None:
        note = self.lines.note(note_id)
        if note is not None and note in (shown := self.shown_lines):
            self._refresh_row(shown.index(note))

    # Marks

    def mark_of(self, key: RunKey, /) -> str:
        """Return the mark of a run that is marked or in the current range."""
        if key in self.marks.runs:
            return MARK
        return IN_RANGE if key in self._range else ""

    def watch_marks(self, before: RunSelection, marks: RunSelection) -> None:
        """Repaint what changed, and post a message."""
        self.rows.marked = marks.runs
        self._refresh_marked(before.runs ^ marks.runs)
        self._stretch_range()
        self._tell_marks()

    def _stretch_range(self) -> None:
        before = self._range
        cursor = self.cursor.key if self.cursor else None
        self._range = frozenset(self.marks.range_to(cursor, self.rows.keys))
        if before != self._range:
            self._refresh_marked(before ^ self._range)
            self._tell_marks()

    def _tell_marks(self) -> None:
        if self.is_attached:
            self.post_message(self.MarksChanged(self, self.marks.runs, len(self._range)))

    def _refresh_marked(self, keys: Collection[RunKey]) -> None:
        for y, line in enumerate(self.shown_lines):
            if line in keys:
                self._refresh_row(y)

    def drop(
        self, runs: Collection[RunKey] = (), cells: Collection[tuple[RunKey, str]] = ()
    ) -> None:
        """Drop runs and single values, and the marks of the dropped runs."""
        super().drop(runs, cells)
        if runs:
            self.marks = self.marks.among(self.rows.all_keys)

    def _reordered(self) -> None:
        super()._reordered()
        self._stretch_range()

    # Search

    def show_search(self, search: Search) -> None:
        """Highlight all matches of a search on the screen."""
        if search != self.view.search:
            self.view.search = search
            self._relook()
