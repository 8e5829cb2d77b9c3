"""Data updates of the run table, which keep the scroll position."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from textual.geometry import Region

from damnit_daemon.model import Column, RunKey, RunRow, StoredValue
from damnit_daemon.model.batch import AheadRow, Batch

from ..data.daemon_activity import DaemonActivity
from ..fixed_columns import TIME
from ..state.column_layout import ColumnLayout
from ..state.view_state import ROW_HEIGHTS
from .cell_render import BlobPreview
from .layout import PICTURE_WIDTH
from .line_renderer import RowCanvas
from .query import TableQuery
from .viewport import CellAddress

if TYPE_CHECKING:
    from damnit_daemon.store import Note

Anchor = tuple[RunKey, int]
"""A run, and its line on the screen."""


class RowContent(RowCanvas, inherit_bindings=False):
    """A canvas that accepts runs, variables and values, and applies view settings."""

    def add_runs(self, runs: Collection[RunRow]) -> list[RunKey]:
        """Add or update runs; return the new ones."""
        top = self._anchor()
        added = self.rows.add_runs(runs)
        if added:
            self._grown(top)
        elif self.lines.notes:
            self._grown(top)  # notes may belong to other runs now
        self._refresh_rows({run.key for run in runs})
        return added

    def show_notes(self, notes: Collection[Note], *, folded: bool) -> None:
        """Show notes between the runs, or fold them; the lines on the screen stay."""
        lines = self.lines
        if lines.notes == tuple(notes) and lines.folded == folded:
            return
        anchor, was_folded = self._anchor(), lines.folded
        line = self._cursor_line
        if was_folded != folded and self.cursor is not None and line is not None:
            y = line - round(self.scroll_y)
            anchor = (self.cursor.key, y) if 0 <= y < self.page else anchor
        lines.notes, lines.folded = tuple(notes), folded
        self._grown(anchor)

    def add_columns(self, columns: Iterable[Column]) -> None:
        """Add variables, or update their titles."""
        if self.rows.add_columns(columns):
            self._columns_changed()

    def keep_columns(self, names: Collection[str]) -> None:
        """Drop all other variables: they have been deleted."""
        if self.rows.keep_columns(names):
            self._columns_changed()

    def add_values(self, values: Collection[StoredValue]) -> None:
        """Add values, repainting only the lines they are on."""
        self._take_in(lambda: self.rows.add_values(values))

    def add_portion(self, portion: Batch, complete: Collection[RunKey] = ()) -> None:
        """Add a batch of existing values; for the runs in `complete` it was the last."""
        self._take_in(lambda: self.rows.add_portion(portion) | self.rows.mark_complete(complete))

    def add_ahead(self, ahead: Iterable[AheadRow]) -> None:
        """Add values to filter and sort by, before they can be shown."""
        if self.rows.add_ahead(ahead):
            self.view.statistics.values_changed()
            if self.rows.rearrange():
                self._reordered()

    def _take_in(self, take_in: Callable[[], set[RunKey]]) -> None:
        top, columns, rows = self._anchor(), len(self.rows.columns), len(self.rows)
        changed = take_in()
        if len(self.rows) != rows:
            self._grown(top)
        if len(self.rows.columns) != columns:
            self._columns_changed()
        self._values_changed(changed)

    def drop(
        self, runs: Collection[RunKey] = (), cells: Collection[tuple[RunKey, str]] = ()
    ) -> None:
        """Drop runs and single values that have been deleted from the database."""
        top = self._anchor()
        self._values_changed(self.rows.remove_values(cells))
        if self.rows.remove_runs(runs):
            self._grown(top)

    def complete(self, keys: Collection[RunKey], values: Collection[StoredValue]) -> None:
        """Set the complete values of some runs; other cells of these runs are dropped."""
        gone = self.rows.cells_beside([k for k in keys if self.rows.is_complete(k)], values)
        self.add_values(values)
        self._values_changed(self.rows.remove_values(gone) | self.rows.mark_complete(keys))

    def add_pictures(self, drawn: Iterable[tuple[CellAddress, float, BlobPreview]]) -> None:
        """Add previews of blobs."""
        keys, is_wide = set(), False
        for address, timestamp, picture in drawn:
            if picture.height != self.row_height:
                continue  # the row height has changed meanwhile
            is_wide |= not picture.pixels and len(picture.text) > PICTURE_WIDTH
            self.rows.note_written(*address, timestamp)
            self.view.pictures.add(address, timestamp, picture)
            self._strips.discard(address.key)
            keys.add(address.key)
        self._refresh_rows(keys, measure=is_wide)

    def show_work(self, work: DaemonActivity) -> None:
        """Mark the runs and cells the daemon is processing."""
        changed = work.changed_runs(self.view.work)
        self.view.work = work
        for key in changed:
            self._strips.discard(key)
        self._refresh_rows(changed, measure=False)

    def show_unwritten(self, unwritten: Mapping[tuple[RunKey, str], object]) -> None:
        """Show typed values until they are in the database."""
        before, self.view.unwritten = self.view.unwritten, unwritten
        changed = {key for key, _ in before.keys() | unwritten.keys() if key in self.rows}
        for key in changed:
            self._strips.discard(key)
        self._refresh_rows(changed, measure=False)

    # View settings

    def show_arrangement(self, arrangement: TableQuery) -> None:
        """Apply a filter and sort order; the cursor stays on its run if it is shown."""
        self.rows.arrange(arrangement)
        self._reordered()
        self._show_cursor()

    def show_columns(self, choice: ColumnLayout) -> None:
        """Apply a column layout; the cursor stays on its variable."""
        self.view.choice = choice
        self._columns_changed()
        self._arrange(keep_cursor=True)

    def show_extras(self, *, trends: bool, outliers: bool) -> None:
        """Show trends under numeric titles, and highlight outliers."""
        self.view.trends, self.view.outliers = trends, outliers
        self._fit_content()
        self._relook()

    def show_height(self, height: int) -> None:
        """Set the lines per row, one of `ROW_HEIGHTS`; the cursor stays on the screen."""
        if height == self.row_height or height not in ROW_HEIGHTS:
            return
        self.view.pictures.height = height
        self._look += 1
        self._fit_content()
        self._show_cursor()

    @property
    def column_choice(self) -> ColumnLayout:
        """The column layout."""
        return self.view.choice

    # Scroll position and cursor

    def _values_changed(self, changed: Collection[RunKey]) -> None:
        if not changed:
            return
        view = self.view
        view.statistics.values_changed()
        self._refresh_rows(changed)
        if self.rows.rearrange():
            self._reordered()
        elif view.trends:
            self.refresh(Region(0, view.levels, self._width, 1))

    def _anchor(self) -> Anchor | None:
        """Return the topmost run on the screen and its line; None at the top of the table."""
        if not round(self.scroll_y):
            return None
        lines = enumerate(self.shown_lines)
        return next(((key, y) for y, key in lines if isinstance(key, RunKey)), None)

    def _grown(self, anchor: Anchor | None) -> None:
        """Keep the same lines on the screen after others were inserted."""
        self._fit_content()
        self._rescue_cursor()
        if self.cursor is None and len(self.rows):
            name = self.view.columns[0].name if self.view.columns else TIME.name
            self._put_cursor(CellAddress(self.rows.keys[0], name))
        if anchor is not None and (position := self.lines.place(anchor[0])) is not None:
            self.scroll_to(y=position - anchor[1], animate=False, immediate=True)
        self._arrange()
        self.refresh()

    def _reordered(self) -> None:
        """Update after the set or order of runs has changed."""
        self._grown(None)

    def _show_cursor(self) -> None:
        """Scroll to the cursor."""
        position = self._cursor_line
        if position is not None:
            top = max(0, min(position - self.page // 2, len(self.lines) - self.page))
            self.scroll_to(y=top, animate=False, immediate=True)
        self._arrange()
        self.refresh()

    def _columns_changed(self) -> None:
        """Keep the same columns on the screen after variables came, went or moved."""
        view = self.view
        at_start = view.first <= view.pinned or not view.fits
        first = view.fits[view.first].column.name if view.fits else None
        view.match_columns()
        view.first = 0 if at_start else view.index_of(first) or 0
        self._fit_content()
        self._rescue_cursor()
        self._arrange()
        self._relook()

    def _refresh_rows(self, keys: Collection[RunKey], *, measure: bool = True) -> None:
        touched = [y for y, line in enumerate(self.shown_lines) if line in keys]
        if not touched:
            return
        if measure and self._arrange():
            return
        for y in touched:
            self._refresh_row(y)
        if self.cursor and self.cursor.key in keys:
            self._tell_cursor()

    def _put_cursor(self, address: CellAddress | None) -> None:
        self.cursor = address
        self._painted = self._spot
        self._tell_cursor()

    @property
    def _cursor_line(self) -> int | None:
        """The line of the cursor."""
        if (note := self.note) is not None:
            return self.lines.place(note)
        return self.lines.place(self.cursor.key) if self.cursor else None

    def _rescue_cursor(self) -> None:
        """Move the cursor to the nearest cell while its own is hidden, and back afterwards."""
        if (note := self.note) is not None and self.cursor is not None:
            self.cursor = self.cursor._replace(key=self.lines.run_of(note))
        elif self.note_id is not None:
            self.note_id = None
            self._put_cursor(self.cursor)
        home = self._home or self.cursor
        if home is None:
            return
        key = self._near_run(home.key)
        found = CellAddress(key, self._near_column(home.name)) if key else None
        self._home = None if found == home else home
        if found != self.cursor:
            self._put_cursor(found)

    def _near_run(self, key: RunKey) -> RunKey | None:
        if self.rows.position(key) is not None:
            return key
        return min(
            self.rows.keys,
            key=lambda other: (other.proposal != key.proposal, abs(other.run - key.run)),
            default=None,
        )

    def _near_column(self, name: str) -> str:
        """Return the column itself, or the nearest one shown; without any, the name is kept."""
        if self.view.index_of(name) is not None or not self.view.columns:
            return name
        order = [column.name for column in self.view.choice.arrange(self.rows.columns)]
        place = order.index(name) if name in order else 0
        shown = [other for other in order if self.view.index_of(other) is not None]
        return min(shown, key=lambda other: abs(order.index(other) - place))
