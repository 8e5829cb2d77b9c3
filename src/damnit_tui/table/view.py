"""What part of the rows is on the screen, and how it looks; still without Textual.

The widget asks for a line at a time and gets pieces of text with roles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from typing import NamedTuple

from damnit_daemon.model import BlobKind, RunKey, StoredValue

from ..visible import pad
from ..work import QUEUED, Work
from .cells import BLANK, IN_WORK, PROVENANCE, Cell, Kind, format_cell, stored_blob_kind
from .describe import Description, describe
from .header import count_levels, paint_header, rule
from .layout import Fit, Slot, first_to_show, place_columns
from .numbers import format_full_time, format_time
from .paint import Picture, Piece, paint_cell, paint_picture
from .rows import TIME, Rows

MOST_PICTURES = 5000
MOST_CELLS = 20_000
ROUNDS = 8
"""How often measuring and placing are repeated; each round only makes columns wider."""


class CellAddress(NamedTuple):
    """A cell by what it is of, not by where it is."""

    key: RunKey
    name: str


class View:
    """A window on the rows: which columns are shown and how wide they are."""

    def __init__(
        self, rows: Rows, *, clock: Callable[[], float], zone: tzinfo | None = None
    ) -> None:
        self.rows = rows
        self.first = 0
        """The leftmost column shown beside the run numbers."""
        self.width = 0
        self.colours = True
        """Whether images may be drawn as coloured half blocks."""
        self.fits: list[Fit] = []
        self.slots: list[Slot] = []
        self.levels = 1
        """Lines of titles."""
        self.work = Work()
        """What the daemon is at."""
        self._clock = clock
        self._zone = zone
        self._cells: dict[CellAddress, tuple[StoredValue | None, bool, Cell]] = {}
        self._pictures: dict[CellAddress, tuple[float, Picture]] = {}
        self.match_columns()

    @property
    def frozen_width(self) -> int:
        """Characters the run numbers take, with a blank on both sides."""
        longest = max((len(self.run_label(key)) for key in self._extremes()), default=0)
        return max(3, longest) + 2

    def match_columns(self) -> None:
        """Take over the variables of the rows; those known keep their widths."""
        known = {fit.column.name: fit for fit in self.fits}
        self.fits = [known.get(c.name) or Fit(c) for c in self.rows.columns]
        for fit, column in zip(self.fits, self.rows.columns, strict=True):
            if fit.column != column:
                fit.column = column
                self._cells.clear()
        self.first = min(self.first, len(self.fits) - 1)
        self.levels = count_levels(self.fits)

    def settle(self, keys: Sequence[RunKey], cursor: int | None = None) -> bool:
        """Measure what is on the screen and place the columns.

        Args:
            keys: The runs on the screen.
            cursor: A column that must be seen whole.

        Returns:
            Whether any column moved.
        """
        before = (self.slots, [self.fits[slot.index].title_parts for slot in self.slots])
        frozen = self.frozen_width
        for _ in range(ROUNDS):
            if cursor is not None:
                self.first = first_to_show(self.fits, cursor, self.first, frozen, self.width)
            self.slots = place_columns(self.fits, self.first, frozen, self.width)
            if not self._measure(keys):
                break
        return before != (self.slots, [self.fits[s.index].title_parts for s in self.slots])

    def cell(self, key: RunKey, index: int) -> Cell:
        """The formatted cell of a run in a column."""
        column = self.fits[index].column
        if column is TIME:
            return self._time_cell(key)
        address = CellAddress(key, column.name)
        value = self.rows.value(key, column.name)
        if value is None and self.work.is_computing(key, column.name):
            return IN_WORK
        complete = self.rows.is_complete(key)
        known = self._cells.get(address)
        if known is None or known[0] is not value or known[1] != complete:
            if len(self._cells) > MOST_CELLS:
                self._cells.clear()
            known = (value, complete, format_cell(value, column, complete=complete))
            self._cells[address] = known
        return known[2]

    def row_pieces(self, key: RunKey, cursor: int | None) -> list[Piece]:
        """One line of the table.

        Args:
            key: The run.
            cursor: The column under the cursor, if it is on this run.
        """
        label = f" {pad(self.run_label(key), self.frozen_width - 2, right=True)}"
        mark = self.work.mark(key)
        pieces = [
            Piece(label, "run" if cursor is None else "run-cursor"),
            Piece(mark or " ", "faint" if mark == QUEUED else "mark"),
        ]
        for slot in self.slots:
            chosen = slot.index == cursor
            foreign, cell = self._slot_pieces(key, slot, colours=self.colours and not chosen)
            gap = slot.gap[:-1] if foreign else slot.gap
            pieces.append(Piece(gap, "text" if gap.isspace() else "rule"))
            if foreign:
                pieces.append(Piece(PROVENANCE, "mark"))
            pieces += [Piece("".join(p.text for p in cell), "cursor")] if chosen else cell
        return pieces

    def header_pieces(self, cursor: int | None) -> list[list[Piece]]:
        """The lines of titles and the line under them."""
        frozen = f" {pad('Run', self.frozen_width - 2, right=True)} "
        lines = paint_header(self.fits, self.slots, self.levels, frozen, cursor)
        return [*lines, [Piece(rule(self.slots, len(frozen), self.width), "rule")]]

    def run_label(self, key: RunKey) -> str:
        """A run's number, with its proposal where there are several."""
        keys = self.rows.keys
        several = keys and keys[0].proposal != keys[-1].proposal
        return f"p{key.proposal} {key.run}" if several else str(key.run)

    def slot_at(self, x: int) -> Slot | None:
        """Which column is at a place on the screen."""
        return next((s for s in self.slots if s.x - len(s.gap) < x <= s.x + s.width), None)

    def missing_pictures(self, keys: Iterable[RunKey]) -> list[CellAddress]:
        """The blobs on the screen that are not drawn yet."""
        missing = []
        names = [self.fits[slot.index].column.name for slot in self.slots]
        for key in keys:
            for name in names:
                value = self.rows.value(key, name)
                if value is None or stored_blob_kind(value) in (None, BlobKind.UNKNOWN):
                    continue
                drawn = self._pictures.get(CellAddress(key, name))
                if drawn is None or drawn[0] != value.timestamp:
                    missing.append(CellAddress(key, name))
        return missing

    def add_picture(self, address: CellAddress, timestamp: float, picture: Picture) -> None:
        """Keep a drawn blob; the oldest are forgotten first."""
        self._pictures.pop(address, None)
        self._pictures[address] = (timestamp, picture)
        while len(self._pictures) > MOST_PICTURES:
            del self._pictures[next(iter(self._pictures))]

    def picture(self, address: CellAddress) -> Picture | None:
        """A blob as it was drawn, unless it has changed since."""
        drawn = self._pictures.get(address)
        value = self.rows.value(*address)
        if drawn is None or value is None or drawn[0] != value.timestamp:
            return None
        return drawn[1]

    def describe(self, address: CellAddress | None) -> Description | None:
        """A line about a cell; None if there is no such cell."""
        index = self.rows.column_index(address.name) if address else None
        if address is None or index is None or address.key not in self.rows:
            return None
        column = self.rows.columns[index]
        if column is TIME and (start := self.rows.run(address.key).start_time) is not None:
            return Description(f"r{address.key.run} · Time", format_full_time(start, self._zone))
        picture = self.picture(address)
        return describe(
            address.key,
            column,
            self.rows.value(*address),
            complete=self.rows.is_complete(address.key),
            drawn=picture.text if picture else "",
            doing=self.work.sentence(*address, self._clock()),
        )

    def plain_text(self, address: CellAddress | None) -> str:
        """A cell as text to copy; empty if it is."""
        described = self.describe(address)
        value = self.rows.value(*address) if address else None
        if described is None or (value is None and address and address.name != TIME.name):
            return ""
        if value is not None and isinstance(value.value, str):
            return value.value
        return "" if described.role == "faint" else described.text

    def _slot_pieces(self, key: RunKey, slot: Slot, *, colours: bool) -> tuple[bool, list[Piece]]:
        fit = self.fits[slot.index]
        cell = self.cell(key, slot.index)
        if cell.kind is Kind.PICTURE:
            picture = self.picture(CellAddress(key, fit.column.name))
            if picture is not None:
                return cell.foreign, paint_picture(picture, slot.width, colours=colours)
        return cell.foreign, paint_cell(cell, fit, slot.width)

    def _time_cell(self, key: RunKey) -> Cell:
        start = self.rows.run(key).start_time
        if not isinstance(start, int | float):
            return BLANK
        return Cell(format_time(start, self._clock(), self._zone), Kind.TEXT)

    def _measure(self, keys: Sequence[RunKey]) -> bool:
        grown = False
        for slot in self.slots:
            fit = self.fits[slot.index]
            for key in keys:
                grown |= fit.take(self.cell(key, slot.index))
        return grown

    def _extremes(self) -> list[RunKey]:
        keys = self.rows.keys
        return [keys[0], keys[-1]] if keys else []
