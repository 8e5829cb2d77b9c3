"""The cells of the table as shown: formatted, described, as plain text; no Textual here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import TYPE_CHECKING

from damnit_daemon.model import Column, RunKey, StoredValue

from ..data.daemon_activity import DaemonActivity
from ..fixed_columns import TIME
from ..format import format_time, is_same_day, split_time
from ..sanitize import visible
from .cells import (
    BLANK,
    CellAddress,
    CellKind,
    TableCell,
    computing_cell,
    format_cell,
    unwritten_cell,
)
from .describe import CellDescription, CellState, describe, start_time_value
from .note_line import describe_note
from .preview_cache import PreviewCache
from .rows import Rows

if TYPE_CHECKING:
    from damnit_daemon.store import Note

MOST_CELLS = 20_000


class TableCells:
    """Stored values, joined with the daemon's activity, unwritten edits and blob previews."""

    def __init__(
        self, rows: Rows, *, clock: Callable[[], float], zone: tzinfo | None = None
    ) -> None:
        self.work = DaemonActivity()
        """The runs and variables the daemon is processing."""
        self.unwritten: Mapping[tuple[RunKey, str], object] = {}
        """Typed values that are not in the database yet."""
        self.previews = PreviewCache(rows)
        self._rows = rows
        self._clock = clock
        self._zone = zone
        self._formatted: dict[CellAddress, tuple[StoredValue | None, bool, TableCell]] = {}

    def clear(self) -> None:
        """Clear formatted cells: the columns have changed."""
        self._formatted.clear()

    def cell(self, key: RunKey, column: Column) -> TableCell:
        """Return the formatted cell of a run in a column."""
        if column is TIME:
            text = "".join(self.split_time(key))
            return TableCell(text, CellKind.TEXT) if text else BLANK
        address = CellAddress(key, column.name)
        if address in self.unwritten:
            return unwritten_cell(self.unwritten[address])
        value = self._rows.value(key, column.name)
        if value is None and self.work.is_computing(key, column.name):
            return computing_cell(self.work.advance(key, column.name))
        complete = self._rows.is_complete(key)
        known = self._formatted.get(address)
        if known is None or known[0] is not value or known[1] != complete:
            if len(self._formatted) > MOST_CELLS:
                self._formatted.clear()
            known = (value, complete, format_cell(value, column, complete=complete))
            self._formatted[address] = known
        return known[2]

    def computing_text(self, key: RunKey, name: str) -> str:
        """Name a variable that is being computed, with its progress."""
        index = self._rows.column_index(name)
        title = visible(name if index is None else self._rows.columns[index].title)
        if (advance := self.work.advance(key, name)) is None:
            return title
        return f"{title}: {visible(advance.sentence(self._clock()))}"

    def preview_text(self, key: RunKey, column: Column, cell: TableCell) -> str:
        """Return the text of a blob preview that has no pixels."""
        if cell.kind is not CellKind.PICTURE:
            return ""
        preview = self.previews.get(CellAddress(key, column.name))
        return preview.text if preview is not None and not preview.pixels else ""

    def run_label(self, key: RunKey) -> str:
        """Return a run's number, with its proposal if the table has several."""
        keys = self._rows.all_keys
        several = keys and keys[0].proposal != keys[-1].proposal
        return f"p{key.proposal} {key.run}" if several else str(key.run)

    # Times

    def split_time(self, key: RunKey) -> tuple[str, str]:
        """Return the day a run began, unless it is implied, and the time."""
        start = self._rows.run(key).start_time
        if not isinstance(start, int | float):
            return "", ""
        return split_time(start, self._clock(), self._zone, with_day=self.begins_day(key))

    def begins_day(self, key: RunKey) -> bool:
        """Return True if a run began on another day than the run above it."""
        rows = self._rows
        place = rows.position(key)
        if not place:
            return False
        above, start = (rows.run(k).start_time for k in (rows.keys[place - 1], key))
        if not isinstance(above, int | float) or not isinstance(start, int | float):
            return False
        return not is_same_day(above, start, self._zone)

    def note_time(self, note: Note) -> str:
        """Return the time of a note for its line."""
        return format_time(note.timestamp, self._clock(), self._zone)

    # Descriptions

    def value(self, address: CellAddress) -> StoredValue | None:
        """Return the value of a cell; the start time of a run in words."""
        if address.name == TIME.name and address.key in self._rows:
            return start_time_value(address.key, self._rows.run(address.key).start_time, self._zone)
        if address.name in self._rows.derived_names:
            return self._rows.derivation.explained(self._rows, *address)
        return self._rows.value(*address)

    def describe(self, address: CellAddress | None) -> CellDescription | None:
        """Describe a cell in one line, with the labels of its run; None without such a cell."""
        described = self._describe(address)
        if described is None or address is None:
            return described
        labels = visible(self._rows.run(address.key).label_text or "")
        if not labels:
            return described
        run, _, column = described.place.partition(" ")
        return described._replace(place=f"{run} ({labels}) {column}")

    def _describe(self, address: CellAddress | None) -> CellDescription | None:
        rows = self._rows
        index = rows.column_index(address.name) if address else None
        if address is None or index is None or address.key not in rows:
            return None
        column = rows.columns[index]
        if address in self.unwritten:
            typed = unwritten_cell(self.unwritten[address]).text
            place = f"r{address.key.run} · {visible(column.title)}"
            return CellDescription(place, f"{typed}  – not saved yet", CellState.LACKING)
        preview = self.previews.get(address)
        return describe(
            address.key,
            column,
            self.value(address),
            complete=rows.is_complete(address.key),
            drawn=preview.text if preview and not preview.is_curve else "",
            doing=self.work.sentence(*address, self._clock()),
            unreadable=self.work.unreadable.get(address.key, ""),
        )

    def describe_note(self, note: Note) -> CellDescription:
        """Describe a note in one line."""
        return describe_note(note, self._zone)

    def plain_text(self, address: CellAddress | None) -> str:
        """Return a cell as text to copy; empty if there is no value."""
        described = self.describe(address)
        value = self.value(address) if address is not None and described is not None else None
        if described is None or value is None:
            return ""
        if isinstance(value.value, str):
            return value.value
        return "" if described.state is CellState.EMPTY else described.text
