"""Lines of the table as pieces of text with roles: header, runs, notes; no Textual here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len

from damnit_daemon.model import RunKey

from ..data.daemon_activity import QUEUED
from ..fixed_columns import TIME
from ..sanitize import clip, pad
from .cell_render import Piece, highlight, paint_cell, paint_picture, pointed_out
from .cells import BLANK, COMPUTING, PROVENANCE, CellAddress, CellKind
from .header import paint_header, rule
from .label_sign import LabelSign, sign_of
from .layout import ColumnSlot, Fit
from .note_line import paint_note
from .rows import Rows
from .search import Search
from .table_cells import TableCells
from .viewport import Viewport

if TYPE_CHECKING:
    from damnit_daemon.store import Note

WITHOUT_VALUE = frozenset({CellKind.EMPTY, CellKind.NOT_COMPUTED})
LEAST_NAME = 12
"""Minimum characters for the name of a variable."""


class LineRenderer:
    """Renders one line at a time, as wide as the viewport."""

    def __init__(self, rows: Rows, cells: TableCells, view: Viewport) -> None:
        self.search = Search()
        """The search whose matches are highlighted."""
        self.colours = True
        """True if images may be drawn as coloured half blocks."""
        self.outliers = False
        """True to highlight outliers of a column."""
        self._rows = rows
        self._cells = cells
        self._view = view

    def run_pieces(
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
        number = pad(self._cells.run_label(key), self._view.frozen_width - 2, right=True)
        mark = self._cells.work.mark(key)
        sign = sign_of(self._rows.run(key).labels)
        role = sign.role if sign is not None else "run"
        pieces = [
            Piece(marked or " ", "marked"),
            Piece(number, role if cursor is None else "run-cursor"),
            Piece(mark or (sign.text if sign else " "), _mark_role(mark, sign)),
        ]
        named = self._name_computing(key, cursor)
        for slot in self._view.slots:
            if named and slot.index in named:
                pieces += named[slot.index]
                continue
            chosen = slot.index == cursor
            foreign, cell = self._slot_pieces(key, slot, colours=self.colours and not chosen)
            gap = slot.gap[:-1] if foreign else slot.gap
            pieces.append(_gap(gap))
            if foreign:
                pieces.append(Piece(PROVENANCE, "mark"))
            if chosen:
                cell = [Piece("".join(p.text for p in cell), "cell-cursor")]
            else:
                cell = highlight(cell, self.search.patterns)
            pieces += cell
        return pieces

    def note_pieces(self, note: Note, *, chosen: bool) -> list[Piece]:
        """Render the line of a note between the runs.

        Args:
            note: The note.
            chosen: Whether the cursor is on it.
        """
        view = self._view
        time = self._cells.note_time(note)
        if view.slots and self._fit(view.slots[0]).column is TIME:
            time = time.ljust(view.slots[0].width)
        return paint_note(
            note, time, frozen_width=view.frozen_width, width=view.width, chosen=chosen
        )

    def header_pieces(self, cursor: int | None) -> list[list[Piece]]:
        """Render the title lines and the rule under them."""
        view = self._view
        frozen = f" {pad('Run', view.frozen_width - 2, right=True)} "
        lines = paint_header(view.fits, view.slots, view.levels, frozen, cursor)
        if view.trends:
            lines.append(self._trend_pieces(" " * len(frozen)))
        goes_on = bool(view.slots) and view.slots[-1].index < len(view.fits) - 1
        under = rule(view.slots, len(frozen), view.width, goes_on=goes_on)
        return [*lines, [Piece(under, "rule")]]

    def foot_pieces(self, line: int) -> list[Piece]:
        """Render a line of the foot: the rule under the rows, then a statistic of each column."""
        view = self._view
        if line == 0:
            under = rule(view.slots, view.frozen_width, view.width)
            under = f"{under[: view.width - len(view.foot.title) - 2]} {view.foot.title} "
            return [Piece(under, "rule")]
        place = line - 1
        name = pad(view.foot.names[place], view.frozen_width - 2, right=True)
        pieces = [Piece(f" {name} ", "column")]
        for slot in view.slots:
            fit = self._fit(slot)
            cells = view.foot.cells(fit.column)
            pieces.append(_gap(slot.gap))
            pieces += paint_cell(cells[place] if cells else BLANK, fit, slot.width)
        return pieces

    def _fit(self, slot: ColumnSlot) -> Fit:
        return self._view.fits[slot.index]

    def _name_computing(self, key: RunKey, cursor: int | None) -> dict[int, list[Piece]]:
        """Name the variables being computed for a run over its empty cells; by column."""
        names = self._cells.work.computing(key)
        if not names:
            return {}
        room: list[ColumnSlot] = []
        for slot in self._view.slots:
            kind = self._cells.cell(key, self._fit(slot).column).kind
            if slot.index == cursor or kind not in WITHOUT_VALUE:
                if _room_in(room) >= LEAST_NAME:
                    break
                room = []
            else:
                room.append(slot)
        if _room_in(room) < LEAST_NAME:
            return {}
        listed = ", ".join(self._cells.computing_text(key, name) for name in names)
        text = clip(f"{COMPUTING} {listed}", _room_in(room))
        first, *others = room
        width = first.width
        for slot in others:  # as far as the text reaches
            if width >= cell_len(text):
                break
            width += len(slot.gap) + slot.width
            others = others[1:]
        covered = room[1 : len(room) - len(others)]
        pieces = [_gap(first.gap), Piece(pad(text, width), "mark")]
        return {first.index: pieces, **{slot.index: [] for slot in covered}}

    def _lower_pieces(self, key: RunKey, cursor: int | None, marked: str, line: int) -> list[Piece]:
        """Render a further line of a row, the continuation of pictures and curves."""
        pieces = [Piece(pad(marked or " ", self._view.frozen_width), "marked")]
        for slot in self._view.slots:
            pieces.append(_gap(slot.gap))
            preview = self._cells.previews.get(CellAddress(key, self._fit(slot).column.name))
            if preview is None:
                cell = [Piece(" " * slot.width)]
            else:
                cell = paint_picture(preview, slot.width, colours=self.colours, line=line)
            if slot.index == cursor:
                cell = [p if p.foreground else p._replace(role="cell-cursor") for p in cell]
            pieces += cell
        return pieces

    def _slot_pieces(
        self, key: RunKey, slot: ColumnSlot, *, colours: bool
    ) -> tuple[bool, list[Piece]]:
        fit = self._fit(slot)
        if fit.column is TIME:
            return False, self._time_pieces(key, slot.width)
        cell = self._cells.cell(key, fit.column)
        if cell.kind is CellKind.PICTURE:
            preview = self._cells.previews.get(CellAddress(key, fit.column.name))
            if preview is not None:
                return cell.foreign, paint_picture(preview, slot.width, colours=colours)
        pieces = paint_cell(cell, fit, slot.width)
        if self.outliers and cell.kind is CellKind.NUMBER and self._is_far(key, fit.column.name):
            pieces = pointed_out(pieces, "odd")
        return cell.foreign, pieces

    def _time_pieces(self, key: RunKey, width: int) -> list[Piece]:
        """Render a run's start time; a day repeated from the run above is faint."""
        day, time = self._cells.split_time(key)
        text = pad(day + time, width)
        is_first = self._cells.begins_day(key) or self._rows.position(key) == 0
        return [
            Piece(text[: len(day)], "text" if is_first else "faint"),
            Piece(text[len(day) :]),
        ]

    def _trend_pieces(self, frozen: str) -> list[Piece]:
        pieces = [Piece(frozen)]
        for slot in self._view.slots:
            fit = self._fit(slot)
            curve = " " * slot.width
            if fit.is_numeric:
                curve = self._view.statistics.of(fit.column.name).trend(slot.width)
            pieces += [Piece(slot.gap, "rule"), Piece(curve, "trend")]
        return pieces

    def _is_far(self, key: RunKey, name: str) -> bool:
        value = self._rows.value(key, name)
        return value is not None and self._view.statistics.of(name).is_far(value.value)


def _mark_role(mark: str, sign: LabelSign | None) -> str:
    if sign is not None and not mark:
        return sign.role
    return "faint" if mark == QUEUED else "mark"


def _gap(text: str) -> Piece:
    return Piece(text, "text" if text.isspace() else "rule")


def _room_in(slots: Sequence[ColumnSlot]) -> int:
    """Return the characters adjacent columns take, including the gaps between them."""
    return slots[-1].x + slots[-1].width - slots[0].x if slots else 0
