"""The part of the table on the screen: which lines and columns, and where; no Textual here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from damnit_daemon.model import Column, RunKey

from ..state.column_layout import ColumnLayout
from .cells import CellAddress
from .display_rows import DisplayRows
from .foot import Foot
from .header import count_levels
from .layout import GAP, ColumnSlot, Fit, first_to_show, pins_that_fit, place_columns
from .rows import Rows
from .statistics import Statistics
from .table_cells import TableCells

if TYPE_CHECKING:
    from damnit_daemon.store import Note

    from .display_rows import Line

ROUNDS = 8
"""Maximum repetitions of measuring and placing; each one only makes columns wider."""


Position = tuple[CellAddress | None, int | None]
"""A cell, and the rowid of the note above its run if the cursor is on that."""


class Area(NamedTuple):
    """A rectangle on the screen."""

    x: int
    y: int
    width: int
    height: int


class Anchor(NamedTuple):
    """A run, and its line on the screen."""

    key: RunKey
    y: int


class Viewport:
    """A window on the rows: the lines and columns on the screen, and their places."""

    def __init__(self, rows: Rows, lines: DisplayRows, cells: TableCells) -> None:
        self.layout = ColumnLayout()
        """The column layout; applied by `match_columns`."""
        self.first = 0
        """The leftmost column shown after the pinned ones."""
        self.pinned = 0
        """Number of columns pinned now; on a narrow screen fewer than requested."""
        self.top = 0
        """The topmost line on the screen."""
        self.width = 0
        self.height = 0
        self.trends = False
        """True to show a trend under each numeric title."""
        self.statistics = Statistics(rows)
        self.foot = Foot(rows, self.statistics)
        self.fits: list[Fit] = []
        self.slots: list[ColumnSlot] = []
        self.levels = 1
        """Number of title lines."""
        self._rows = rows
        self._lines = lines
        self._cells = cells
        self._placed: object = None
        self._fits: dict[str, Fit] = {}
        self._indices: dict[str, int] = {}
        self.match_columns()

    # Columns

    @property
    def frozen_width(self) -> int:
        """Characters the run numbers take, with a blank on both sides."""
        keys = self._rows.all_keys
        ends = (keys[0], keys[-1]) if keys else ()
        labels = [self._cells.run_label(key) for key in ends]
        return max([3, *map(len, (*labels, *self.foot.names))]) + 2

    @property
    def columns(self) -> list[Column]:
        """The columns that are shown, on the screen or not, from the left."""
        return [fit.column for fit in self.fits]

    def index_of(self, name: str | None) -> int | None:
        """Return the index of a column among those shown; None if it is not."""
        return self._indices.get(name) if name is not None else None

    def match_columns(self) -> None:
        """Update the columns from the rows and the layout; known columns keep their widths.

        The same column stays the first one on the screen.
        """
        at_start = self.first <= self.pinned or not self.fits
        first = None if at_start else self.fits[self.first].column.name
        shown = self.layout.apply(self._rows.columns)
        self.fits = [self._fits.setdefault(c.name, Fit(c)) for c in shown]
        for fit, column in zip(self.fits, shown, strict=True):
            if fit.column != column:
                fit.column = column
                self._cells.clear()
            fit.by_hand = self.layout.width(column.name)
        self._indices = {column.name: index for index, column in enumerate(shown)}
        self.first = self.index_of(first) or 0
        # The slots are placed again soon; until then none refers to a removed column.
        self.slots = [slot for slot in self.slots if slot.index < len(self.fits)]
        self.levels = count_levels(self.fits)

    def place_columns(self, keys: Sequence[RunKey], cursor: int | None = None) -> bool:
        """Measure what is on the screen and place the columns.

        Args:
            keys: The runs on the screen.
            cursor: A column that must be fully visible.

        Returns:
            True if any column moved.
        """
        before = self._placed
        pinned = self.layout.pinned_count(self.columns)
        for _ in range(ROUNDS):
            where = (self.frozen_width, self.width)
            self.pinned = pins_that_fit(self.fits, pinned, *where)
            self.first = max(self.first, self.pinned)
            if cursor is not None:
                self.first = first_to_show(self.fits, cursor, self.first, *where, self.pinned)
            self.slots = place_columns(self.fits, self.first, *where, self.pinned)
            if not self._measure(keys):
                break
        # Not by index: another column may have moved to the same index.
        titles = [(fit.column.name, fit.title_parts) for fit in self._fits_shown()]
        self._placed = (self.slots, titles)
        return before != self._placed

    def scroll_columns(self, step: int) -> None:
        """Scroll sideways, as far as there are columns."""
        first = max(self.first, self.pinned) + step
        self.first = max(self.pinned, min(len(self.fits) - 1, first))

    def group_starts(self) -> list[int]:
        """Return the first column of each title group: an ungrouped column is its own group."""
        parts = [fit.title_parts for fit in self.fits]
        return [
            index
            for index, title in enumerate(parts)
            if index == 0 or len(title) == 1 or title[0] != parts[index - 1][0]
        ]

    def slot_at(self, x: int) -> ColumnSlot | None:
        """Return the column at a screen position."""
        return next((s for s in self.slots if s.x - len(s.gap) < x <= s.x + s.width), None)

    def edge_at(self, x: int) -> ColumnSlot | None:
        """Return the column whose right edge, the gap after it, is at a screen position."""
        ends = [slot.x - len(slot.gap) for slot in self.slots[1:]]
        ends.append(self.slots[-1].x + self.slots[-1].width if self.slots else 0)
        places = zip(self.slots, ends, strict=False)
        return next((slot for slot, end in places if end <= x < end + len(GAP)), None)

    def missing_previews(self) -> list[CellAddress]:
        """Return the blobs on the screen that have no preview yet."""
        names = [fit.column.name for fit in self._fits_shown()]
        return self._cells.previews.missing(self.shown_keys, names)

    def _fits_shown(self) -> list[Fit]:
        return [self.fits[slot.index] for slot in self.slots]

    def _measure(self, keys: Iterable[RunKey]) -> bool:
        grown, cells = False, self._cells
        for fit in self._fits_shown():
            for key in keys:
                cell = cells.cell(key, fit.column)
                grown |= fit.take(cell, cells.preview_text(key, fit.column, cell))
            for cell in self.foot.cells(fit.column):
                grown |= fit.widen(cell)
        return grown

    # Lines

    @property
    def header_height(self) -> int:
        """Lines above the first row."""
        return self.levels + self.trends + 1

    @property
    def foot_height(self) -> int:
        """Lines of statistics below the last row, with the rule above them."""
        return self.foot.height(self.height - self.header_height)

    @property
    def body_end(self) -> int:
        """The line below the last one for rows."""
        return self.height - self.foot_height

    @property
    def row_height(self) -> int:
        """Lines per row; pictures and curves fill them."""
        return self._cells.previews.height

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, (self.body_end - self.header_height) // self.row_height)

    @property
    def scroll_height(self) -> int:
        """Height at which scrolling by whole rows ends with the last one fully visible."""
        beside = self.height - self.page if self.height else self.header_height
        return len(self._lines) + beside

    @property
    def shown_lines(self) -> Sequence[Line]:
        """The runs and notes on the screen, the last one possibly in part."""
        number = -(-(self.body_end - self.header_height) // self.row_height)
        return self._lines.part(self.top, max(1, number))

    @property
    def shown_keys(self) -> list[RunKey]:
        """The runs on the screen."""
        return [line for line in self.shown_lines if isinstance(line, RunKey)]

    @property
    def anchor(self) -> Anchor | None:
        """The topmost run on the screen; None at the top of the table."""
        if not self.top:
            return None
        lines = enumerate(self.shown_lines)
        return next((Anchor(key, y) for y, key in lines if isinstance(key, RunKey)), None)

    def is_on_page(self, place: int) -> bool:
        """Return True if a line is fully on the screen."""
        return 0 <= place - self.top < self.page

    def top_to_show(self, place: int) -> int:
        """Return the topmost line with which a line is on the screen; scrolls minimally."""
        if place < self.page and self._lines.is_above_all_runs(place):
            place = 0  # also show notes made since the newest run began
        return max(place - self.page + 1, min(self.top, place))

    def top_to_centre(self, place: int) -> int:
        """Return the topmost line with which a line is in the middle of the screen."""
        return max(0, min(place - self.page // 2, len(self._lines) - self.page))

    def line_at(self, y: int) -> Line | None:
        """Return the run or note at a screen position between header and foot."""
        if self.foot_line(y) is not None:
            return None
        place = self.top + (y - self.header_height) // self.row_height
        return self._lines[place] if 0 <= place < len(self._lines) else None

    def foot_line(self, y: int) -> int | None:
        """Return the line of the foot at a screen position, from its rule on; None elsewhere."""
        line = y - self.body_end
        return line if 0 <= line < self.foot_height else None

    def target_at(self, x: int, y: int) -> CellAddress | Note | int | None:
        """Return the cell or note at a screen position, or the index of the column titled there."""
        slot = self.slot_at(x)
        if y < self.header_height or self.foot_line(y) is not None:
            return slot.index if slot else None
        line = self.line_at(y)
        if not isinstance(line, RunKey):
            return line
        return CellAddress(line, self.fits[slot.index].column.name) if slot else None

    # Areas

    def row_area(self, index: int) -> Area:
        """Return the visible area of a row.

        Args:
            index: Its index on the screen.
        """
        return self._area(0, index, self.width)

    @property
    def trend_area(self) -> Area:
        """The area of the trends."""
        return Area(0, self.levels, self.width, 1)

    @property
    def foot_area(self) -> Area:
        """The area of the statistics and their rule."""
        return Area(0, self.body_end, self.width, self.foot_height)

    def cursor_areas(self, old: Position, new: Position) -> list[Area]:
        """Return the areas that change when the cursor moves."""
        (was, was_note), (now, now_note) = old, new
        is_other_note = was_note != now_note
        run = was is None or now is None or was.key != now.key or is_other_note
        title = was is None or now is None or was.name != now.name
        areas = []
        if is_other_note:
            notes = [self._lines.note(rowid) for rowid in (was_note, now_note)]
            lines = enumerate(self.shown_lines)
            areas += [self.row_area(y) for y, line in lines if line in notes]
        for address in (was, now):
            if address is not None:
                areas += self._cell_areas(address, run=run, title=title)
        return areas

    def _cell_areas(self, address: CellAddress, *, run: bool, title: bool) -> list[Area]:
        """Return the visible areas of a cell, its run number and the title of its column.

        Args:
            address: The cell.
            run: Whether to include the run number.
            title: Whether to include the title.
        """
        areas: list[Area] = []
        place = self._lines.place(address.key)
        index = (place if place is not None else -1) - self.top
        y = self.header_height + index * self.row_height
        is_shown = place is not None and self.header_height <= y < self.body_end
        if is_shown and run:
            areas.append(self._area(0, index, self.frozen_width))
        column = self.index_of(address.name)
        for slot in self.slots:
            if slot.index == column and is_shown:
                areas.append(self._area(slot.x, index, slot.width))
            if slot.index == column and title:
                areas.append(Area(slot.x, self.levels - 1, slot.width, 1))
        return areas

    def _area(self, x: int, index: int, width: int) -> Area:
        y = self.header_height + index * self.row_height
        return Area(x, y, width, min(self.row_height, max(1, self.body_end - y)))
