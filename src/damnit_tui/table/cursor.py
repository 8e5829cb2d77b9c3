"""Cursor of the table: stays on its cell or note when rows or columns change. Without Textual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from damnit_daemon.model import RunKey

from ..fixed_columns import TIME
from .cells import CellAddress
from .display_rows import DisplayRows
from .rows import Rows
from .search import next_problem
from .viewport import Anchor, Position, Viewport

if TYPE_CHECKING:
    from damnit_daemon.store import Note

    from .display_rows import Line


class TableCursor:
    """A position by run and variable, and the positions that keys lead to from there."""

    def __init__(self, rows: Rows, lines: DisplayRows, view: Viewport) -> None:
        self.address: CellAddress | None = None
        self._note_id: int | None = None
        self._home: CellAddress | None = None
        """The cursor's own cell while that is hidden; the cursor returns there afterwards."""
        self._rows = rows
        self._lines = lines
        self._view = view

    @property
    def position(self) -> Position:
        """The cell and the note."""
        return self.address, self._note_id

    @property
    def note(self) -> Note | None:
        """The note under the cursor; None if it is on a run."""
        return self._lines.note(self._note_id)

    @property
    def line(self) -> int | None:
        """The index of its line; None if it is on none."""
        if (note := self.note) is not None:
            return self._lines.place(note)
        return self._lines.place(self.address.key) if self.address else None

    @property
    def row(self) -> int:
        """The position of its run among those shown."""
        return (self._rows.position(self.address.key) or 0) if self.address else 0

    @property
    def column(self) -> int | None:
        """The index of its column among those shown."""
        return self._view.index_of(self.address.name) if self.address else None

    @property
    def anchor(self) -> Anchor | None:
        """Its run and line on the screen; None if it is not on the screen."""
        line = self.line
        if self.address is None or line is None or not self._view.is_on_page(line):
            return None
        return Anchor(self.address.key, line - self._view.top)

    def move_to_cell(self, address: CellAddress) -> None:
        """Move to a cell."""
        self.address, self._note_id, self._home = address, None, None

    def move_to_note(self, note: Note) -> None:
        """Move to a note; it moves on from the note's run and its own variable."""
        if self.address is not None:
            self.move_to_cell(self.address._replace(key=self._lines.run_of(note)))
            self._note_id = note.rowid

    def rescue(self) -> bool:
        """Move to the nearest cell while its own is hidden, and back afterwards.

        Returns:
            True if the cursor moved.
        """
        before = self.position
        if (note := self.note) is not None and self.address is not None:
            self.address = self.address._replace(key=self._lines.run_of(note))
            before = self.position  # the note itself has stayed
        else:
            self._note_id = None
        home = self._home or self.address
        if home is not None:
            key = self._nearest_run(home.key)
            self.address = CellAddress(key, self._nearest_column(home.name)) if key else None
            self._home = None if self.address == home else home
        elif self._rows.keys:
            name = self._view.fits[0].column.name if self._view.fits else TIME.name
            self.address = CellAddress(self._rows.keys[0], name)
        return before != self.position

    def _nearest_run(self, key: RunKey) -> RunKey | None:
        if self._rows.position(key) is not None:
            return key
        return min(
            self._rows.keys,
            key=lambda other: (other.proposal != key.proposal, abs(other.run - key.run)),
            default=None,
        )

    def _nearest_column(self, name: str) -> str:
        """Return the column itself, or the nearest one shown; without any, the name is kept."""
        view = self._view
        if view.index_of(name) is not None or not view.columns:
            return name
        order = [column.name for column in view.layout.arrange(self._rows.columns)]
        place = order.index(name) if name in order else 0
        shown = [other for other in order if view.index_of(other) is not None]
        return min(shown, key=lambda other: abs(order.index(other) - place))

    # Where keys lead to

    def line_at_step(self, step: int) -> Line | None:
        """Return the run or note some lines away."""
        line = self.line
        return self._lines.step(line, step) if line is not None else None

    def column_at_step(self, step: int) -> str | None:
        """Return the name of the column some columns away."""
        fits = self._view.fits
        if not fits:
            return None
        return fits[max(0, min(len(fits) - 1, (self.column or 0) + step))].column.name

    def column_at_group(self, step: int) -> str | None:
        """Return the first column of the next group of titles, or of this or the previous one."""
        starts, at = self._view.group_starts(), self.column or 0
        ahead = [start for start in starts if start > at]
        behind = [start for start in starts if start < at]
        found = ahead[:1] if step > 0 else behind[-1:]
        return self._view.fits[found[0]].column.name if found else None

    def next_problem(self) -> CellAddress | None:
        """Return the next failed cell, rightwards and down, wrapping around."""
        found = next_problem(self._rows, self._view.columns, self.row, self.column or 0)
        return CellAddress(*found) if found else None

    def run_numbered(self, run: int) -> RunKey | None:
        """Return the run with a number, preferably of the same proposal."""
        proposal = self.address.key.proposal if self.address else 0
        same = [key for key in self._rows.keys if key.run == run]
        return min(same, key=lambda key: key.proposal != proposal, default=None)
