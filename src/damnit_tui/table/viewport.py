"""The part of the rows on the screen, and how it is rendered; no Textual here.

The widget requests one line at a time and gets pieces of text with roles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from rich.cells import cell_len

from damnit_daemon.model import Column, RunKey, StoredValue

from ..data.daemon_activity import QUEUED, DaemonActivity
from ..fixed_columns import TIME
from ..format import format_time, is_same_day, split_time
from ..sanitize import clip, pad, visible
from ..state.column_layout import ColumnLayout
from .cell_render import Piece, highlight, paint_cell, paint_picture, pointed_out
from .cells import (
    BLANK,
    COMPUTING,
    IN_WORK,
    PROVENANCE,
    CellAddress,
    CellKind,
    TableCell,
    format_cell,
    unwritten_cell,
)
from .describe import CellDescription, describe, describe_column, told_time
from .header import count_levels, paint_header, rule
from .layout import GAP, ColumnSlot, Fit, first_to_show, pins_that_fit, place_columns
from .note_line import describe_note, paint_note
from .preview_cache import PreviewCache
from .rows import Rows
from .search import Search
from .statistics import Statistics

if TYPE_CHECKING:
    from damnit_daemon.store import Note

__all__ = ["CellAddress", "Viewport"]

MOST_CELLS = 20_000
WITHOUT_VALUE = frozenset({CellKind.EMPTY, CellKind.NOT_COMPUTED})
LEAST_NAME = 12
"""Minimum characters for the name of a variable."""
ROUNDS = 8
"""Maximum repetitions of measuring and placing; each one only makes columns wider."""


class Viewport:
    """A window on the rows: which columns are shown and how wide they are."""

    def __init__(
        self, rows: Rows, *, clock: Callable[[], float], zone: tzinfo | None = None
    ) -> None:
        self.rows = rows
        self.choice = ColumnLayout()
        """The column layout; applied by `match_columns`."""
        self.search = Search()
        """The search whose matches are highlighted."""
        self.first = 0
        """The leftmost column shown after the pinned ones."""
        self.pinned = 0
        """Number of columns pinned now; on a narrow screen fewer than requested."""
        self.width = 0
        self.colours = True
        """True if images may be drawn as coloured half blocks."""
        self.fits: list[Fit] = []
        self.slots: list[ColumnSlot] = []
        self.levels = 1
        """Number of title lines."""
        self.work = DaemonActivity()
        """What the daemon is processing."""
        self.trends = False
        """True to show a trend under each numeric title."""
        self.outliers = False
        """True to highlight outliers of a column."""
        self.statistics = Statistics(rows)
        self.pictures = PreviewCache(rows)
        self.unwritten: Mapping[tuple[RunKey, str], object] = {}
        """Typed values that are not in the database yet."""
        self._clock = clock
        self._zone = zone
        self._cells: dict[CellAddress, tuple[StoredValue | None, bool, TableCell]] = {}
        self._placed: object = None
        self._fits: dict[str, Fit] = {}
        self._indices: dict[str, int] = {}
        self.match_columns()

    @property
    def frozen_width(self) -> int:
        """Characters the run numbers take, with a blank on both sides."""
        longest = max((len(self.run_label(key)) for key in self._extremes()), default=0)
        return max(3, longest) + 2

    @property
    def columns(self) -> list[Column]:
        """The columns that are shown, on the screen or not, from the left."""
        return [fit.column for fit in self.fits]

    def index_of(self, name: str | None) -> int | None:
        """Return the index of a column among those shown; None if it is not."""
        return self._indices.get(name) if name is not None else None

    def match_columns(self) -> None:
        """Update the columns from the rows and the layout; known columns keep their widths."""
        shown = self.choice.apply(self.rows.columns)
        self.fits = [self._fits.setdefault(c.name, Fit(c)) for c in shown]
        for fit, column in zip(self.fits, shown, strict=True):
            if fit.column != column:
                fit.column = column
                self._cells.clear()
            fit.by_hand = self.choice.width(column.name)
        self._indices = {column.name: index for index, column in enumerate(shown)}
        self.first = max(0, min(self.first, len(self.fits) - 1))
        # The slots are placed again soon; until then none refers to a removed column.
        self.slots = [slot for slot in self.slots if slot.index < len(self.fits)]
        self.levels = count_levels(self.fits)

    def settle(self, keys: Sequence[RunKey], cursor: int | None = None) -> bool:
        """Measure what is on the screen and place the columns.

        Args:
            keys: The runs on the screen.
            cursor: A column that must be fully visible.

        Returns:
            True if any column moved.
        """
        before = self._placed
        wanted = self.choice.pinned_count(self.columns)
        for _ in range(ROUNDS):
            where = (self.frozen_width, self.width)
            self.pinned = pins_that_fit(self.fits, wanted, *where)
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

    def _fits_shown(self) -> list[Fit]:
        return [self.fits[slot.index] for slot in self.slots]

    def cell(self, key: RunKey, index: int) -> TableCell:
        """Return the formatted cell of a run in a column."""
        column = self.fits[index].column
        if column is TIME:
            return self._time_cell(key)
        address = CellAddress(key, column.name)
        if address in self.unwritten:
            return unwritten_cell(self.unwritten[address])
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

    def row_pieces(
        self, key: RunKey, cursor: int | None, marked: str = "", line: int = 0
    ) -> list[Piece]:
        """Render one line of a run.

        Args:
            key: The run.
            cursor: The column under the cursor, if it is on this run.
            marked: A mark before the run number.
            line: Line of a row that has several, from the top.
        """
        if line:
            return self._lower_pieces(key, cursor, marked, line)
        label = pad(self.run_label(key), self.frozen_width - 2, right=True)
        mark = self.work.mark(key)
        pieces = [
            Piece(marked or " ", "chosen"),
            Piece(label, "run" if cursor is None else "run-cursor"),
            Piece(mark or " ", "faint" if mark == QUEUED else "mark"),
        ]
        named = self._name_computing(key, cursor)
        for slot in self.slots:
            if named and slot.index in named:
                pieces += named[slot.index]
                continue
            chosen = slot.index == cursor
            foreign, cell = self._slot_pieces(key, slot, colours=self.colours and not chosen)
            gap = slot.gap[:-1] if foreign else slot.gap
            pieces.append(Piece(gap, "text" if gap.isspace() else "rule"))
            if foreign:
                pieces.append(Piece(PROVENANCE, "mark"))
            if chosen:
                cell = [Piece("".join(p.text for p in cell), "cursor")]
            else:
                cell = highlight(cell, self.search.patterns)
            pieces += cell
        return pieces

    def _name_computing(self, key: RunKey, cursor: int | None) -> dict[int, list[Piece]]:
        """Name the variables being computed for a run over its empty cells; by column."""
        names = self.work.computing(key)
        if not names:
            return {}
        room: list[ColumnSlot] = []
        for slot in self.slots:
            if slot.index == cursor or self.cell(key, slot.index).kind not in WITHOUT_VALUE:
                if _room_in(room) >= LEAST_NAME:
                    break
                room = []
            else:
                room.append(slot)
        if _room_in(room) < LEAST_NAME:
            return {}
        titles = {column.name: column.title for column in self.rows.columns}
        told = ", ".join(visible(titles.get(name, name)) for name in names)
        text = clip(f"{COMPUTING} {told}", _room_in(room))
        first, *others = room
        pieces = [Piece(first.gap, "text" if first.gap.isspace() else "rule")]
        width = first.width
        for slot in others:  # as far as the text reaches
            if width >= cell_len(text):
                break
            width += len(slot.gap) + slot.width
            others = others[1:]
        covered = room[1 : len(room) - len(others)]
        pieces.append(Piece(pad(text, width), "mark"))
        return {first.index: pieces, **{slot.index: [] for slot in covered}}

    def _lower_pieces(self, key: RunKey, cursor: int | None, marked: str, line: int) -> list[Piece]:
        """Render a further line of a row, the continuation of pictures and curves."""
        pieces = [Piece(pad(marked or " ", self.frozen_width), "chosen")]
        for slot in self.slots:
            pieces.append(Piece(slot.gap, "text" if slot.gap.isspace() else "rule"))
            picture = self.pictures.get(CellAddress(key, self.fits[slot.index].column.name))
            if picture is None:
                cell = [Piece(" " * slot.width)]
            else:
                cell = paint_picture(picture, slot.width, colours=self.colours, line=line)
            if slot.index == cursor:
                cell = [p if p.foreground else p._replace(role="cursor") for p in cell]
            pieces += cell
        return pieces

    def note_pieces(self, note: Note, *, chosen: bool) -> list[Piece]:
        """Render the line of a note between the runs.

        Args:
            note: The note.
            chosen: Whether the cursor is on it.
        """
        time = format_time(note.timestamp, self._clock(), self._zone)
        if self.slots and self.fits[self.slots[0].index].column is TIME:
            time = time.ljust(self.slots[0].width)
        return paint_note(
            note, time, frozen_width=self.frozen_width, width=self.width, chosen=chosen
        )

    def header_pieces(self, cursor: int | None) -> list[list[Piece]]:
        """Render the title lines and the rule under them."""
        frozen = f" {pad('Run', self.frozen_width - 2, right=True)} "
        lines = paint_header(self.fits, self.slots, self.levels, frozen, cursor)
        if self.trends:
            lines.append(self._trend_pieces(" " * len(frozen)))
        goes_on = bool(self.slots) and self.slots[-1].index < len(self.fits) - 1
        under = rule(self.slots, len(frozen), self.width, goes_on=goes_on)
        return [*lines, [Piece(under, "rule")]]

    def run_label(self, key: RunKey) -> str:
        """Return a run's number, with its proposal if the table has several."""
        keys = self.rows.all_keys
        several = keys and keys[0].proposal != keys[-1].proposal
        return f"p{key.proposal} {key.run}" if several else str(key.run)

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

    def missing_pictures(self, keys: Iterable[RunKey]) -> list[CellAddress]:
        """Return the blobs on the screen that have no preview yet."""
        return self.pictures.missing(
            keys, [self.fits[slot.index].column.name for slot in self.slots]
        )

    def value(self, address: CellAddress) -> StoredValue | None:
        """Return the value of a cell; the start time of a run in words."""
        if address.name == TIME.name and address.key in self.rows:
            return told_time(address.key, self.rows.run(address.key).start_time, self._zone)
        return self.rows.value(*address)

    def describe(self, address: CellAddress | None) -> CellDescription | None:
        """Describe a cell in one line; None if there is no such cell."""
        index = self.rows.column_index(address.name) if address else None
        if address is None or index is None or address.key not in self.rows:
            return None
        column = self.rows.columns[index]
        if address in self.unwritten:
            typed = unwritten_cell(self.unwritten[address]).text
            place = f"r{address.key.run} · {visible(column.title)}"
            return CellDescription(place, f"{typed}  – not in the database yet", "missing")
        picture = self.pictures.get(address)
        return describe(
            address.key,
            column,
            self.value(address),
            complete=self.rows.is_complete(address.key),
            drawn=picture.text if picture and picture.role != "trend" else "",
            doing=self.work.sentence(*address, self._clock()),
            unreadable=self.work.unreadable.get(address.key, ""),
        )

    def describe_note(self, note: Note) -> CellDescription:
        """Describe a note in one line."""
        return describe_note(note, self._zone)

    def describe_title(self, index: int) -> CellDescription:
        """Describe a column in one line."""
        return describe_column(self.fits[index].column)

    def plain_text(self, address: CellAddress | None) -> str:
        """Return a cell as text to copy; empty if there is no value."""
        described = self.describe(address)
        value = self.value(address) if address is not None and described is not None else None
        if described is None or value is None:
            return ""
        if isinstance(value.value, str):
            return value.value
        return "" if described.role == "faint" else described.text

    def _slot_pieces(
        self, key: RunKey, slot: ColumnSlot, *, colours: bool
    ) -> tuple[bool, list[Piece]]:
        fit = self.fits[slot.index]
        if fit.column is TIME:
            return False, self._time_pieces(key, slot.width)
        cell = self.cell(key, slot.index)
        if cell.kind is CellKind.PICTURE:
            picture = self.pictures.get(CellAddress(key, fit.column.name))
            if picture is not None:
                return cell.foreign, paint_picture(picture, slot.width, colours=colours)
        pieces = paint_cell(cell, fit, slot.width)
        if self.outliers and cell.kind is CellKind.NUMBER and self._is_far(key, fit.column.name):
            pieces = pointed_out(pieces, "odd")
        return cell.foreign, pieces

    def _trend_pieces(self, frozen: str) -> list[Piece]:
        pieces = [Piece(frozen)]
        for slot in self.slots:
            fit = self.fits[slot.index]
            curve = " " * slot.width
            if fit.is_numeric:
                curve = self.statistics.of(fit.column.name).trend(slot.width)
            pieces += [Piece(slot.gap, "rule"), Piece(curve, "trend")]
        return pieces

    def _is_far(self, key: RunKey, name: str) -> bool:
        value = self.rows.value(key, name)
        return value is not None and self.statistics.of(name).is_far(value.value)

    def _time_cell(self, key: RunKey) -> TableCell:
        text = "".join(self._split_time(key))
        return TableCell(text, CellKind.TEXT) if text else BLANK

    def _split_time(self, key: RunKey) -> tuple[str, str]:
        """Return the day a run began, unless it is implied, and the time."""
        start = self.rows.run(key).start_time
        if not isinstance(start, int | float):
            return "", ""
        return split_time(start, self._clock(), self._zone, with_day=self.begins_day(key))

    def begins_day(self, key: RunKey) -> bool:
        """Return True if a run began on another day than the run above it."""
        place = self.rows.position(key)
        if not place:
            return False
        above, start = (self.rows.run(k).start_time for k in (self.rows.keys[place - 1], key))
        if not isinstance(above, int | float) or not isinstance(start, int | float):
            return False
        return not is_same_day(above, start, self._zone)

    def _time_pieces(self, key: RunKey, width: int) -> list[Piece]:
        """Render a run's start time; a day repeated from the run above is faint."""
        day, time = self._split_time(key)
        text = pad(day + time, width)
        is_news = self.begins_day(key) or self.rows.position(key) == 0
        return [
            Piece(text[: len(day)], "text" if is_news else "faint"),
            Piece(text[len(day) :]),
        ]

    def _measure(self, keys: Sequence[RunKey]) -> bool:
        grown = False
        for slot in self.slots:
            fit = self.fits[slot.index]
            for key in keys:
                cell = self.cell(key, slot.index)
                grown |= fit.take(cell, self._drawn_text(key, fit, cell))
        return grown

    def _drawn_text(self, key: RunKey, fit: Fit, cell: TableCell) -> str:
        """Return the text of a blob preview that has no pixels."""
        if cell.kind is not CellKind.PICTURE:
            return ""
        picture = self.pictures.get(CellAddress(key, fit.column.name))
        return picture.text if picture is not None and not picture.pixels else ""

    def _extremes(self) -> list[RunKey]:
        keys = self.rows.all_keys
        return [keys[0], keys[-1]] if keys else []


def _room_in(slots: Sequence[ColumnSlot]) -> int:
    """Return the characters adjacent columns take, including the gaps between them."""
    return slots[-1].x + slots[-1].width - slots[0].x if slots else 0
