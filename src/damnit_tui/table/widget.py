"""The run table: rows on the screen, with a cursor moved by keys and mouse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from damnit_daemon.model import RunKey

from .. import keymap
from ..data.daemon_activity import DaemonActivity
from ..state.column_layout import ColumnLayout
from ..state.view_state import ROW_HEIGHTS
from ..themes import component_classes
from .cell_render import BlobPreview
from .cells import CellAddress
from .changes import Snapshot
from .cursor import TableCursor
from .describe import CellDescription, describe_column
from .display_rows import DisplayRows
from .layout import PICTURE_WIDTH
from .line_renderer import LineRenderer
from .pointer import Pointer
from .query import TableQuery
from .rows import Rows
from .search import Search
from .selection import RunSelection, mark_of
from .statistics import FRESH_S
from .strip_renderer import StripRenderer
from .table_cells import TableCells
from .viewport import Anchor, Position, Viewport

if TYPE_CHECKING:
    from damnit_daemon.store import Note

    from .display_rows import Line

MANY_COLOURS = frozenset({"truecolor", "256"})
"""Colour systems with enough colours for images; with fewer, images are shown by their size."""
WIDTH_STEP = 2
DIGITS = "123456789"
SEARCH_S = 0.015
"""Seconds a search may run before keys are processed."""
RETRY_S = 0.01
"""Interval at which to check whether the terminal has accepted the last output."""


class LatestMessage(Message):
    """A message that replaces those of its kind that were not handled yet."""

    def can_replace(self, message: Message) -> bool:
        """Only the latest state matters."""
        return isinstance(message, type(self))


class RunTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Runs down, variables across, newest run on top; the run numbers never scroll away.

    Updates do not move the cursor off its run and variable. Its keys are those of the owner
    `table` in the keymap. Textual's `DataTable` formats every cell up front and repaints itself
    for one changed cell; this one formats what is on the screen and refreshes single lines.
    """

    DEFAULT_CSS = """
    RunTable {
        height: 1fr;
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes(
        *("column", "column-cursor", "group", "rule", "run", "run-cursor", "cell-cursor"),
        *("marked", "marked-row", "cursor-row", "match", "odd", "note"),
        *("error", "missing", "faint", "trend", "units", "mark", "success", "quiet"),
    )

    # Digits are bindings, too: handled in `on_key`, buffered digits would precede earlier keys.
    BINDINGS: ClassVar[list[BindingType]] = [
        *keymap.bindings("table"),
        *(Binding(d, f"count({d!r})", show=False) for d in DIGITS),
    ]

    ALLOW_SELECT = False  # dragging resizes columns

    follow: reactive[bool] = reactive(False)
    """True to move the cursor to new runs."""

    count: reactive[str] = reactive("")
    """Digits typed so far, for `123G`."""

    marks: reactive[RunSelection] = reactive(RunSelection(), repaint=False)
    """The marked runs."""

    @dataclass
    class CursorMoved(LatestMessage):
        """Posted when the cursor moves, or its cell changes."""

        address: CellAddress | None

    @dataclass
    class MarksChanged(LatestMessage):
        """Posted when the marks change, or a range is begun, extended or ended."""

        marked: frozenset[RunKey]
        in_range: int
        """Runs in a range that is not ended yet."""

    class ViewMoved(LatestMessage):
        """Posted when other rows or columns are on the screen."""

    class PointerMoved(LatestMessage):
        """Posted when the mouse enters another cell or title, or leaves."""

    @dataclass
    class PreviewsMissing(LatestMessage):
        """Posted when blobs on the screen have no preview yet."""

        addresses: list[CellAddress]

    @dataclass
    class CellOpened(Message):
        """Posted to open the details of a cell."""

        address: CellAddress

    @dataclass
    class NoteOpened(Message):
        """Posted to show a note in full."""

        note: Note

    @dataclass
    class TitleClicked(Message):
        """Posted when a column title is clicked."""

        name: str

    class ColumnsChanged(Message):
        """Posted when a column was resized by the user: see `Viewport.layout`."""

    @dataclass
    class SearchFailed(Message):
        """Posted when a search finds no cell among those shown."""

        search: Search

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
        super().__init__(id=id)
        self.rows = Rows()
        self.lines = DisplayRows(self.rows)
        self.cells = TableCells(self.rows, clock=clock, zone=zone)
        self.view = Viewport(self.rows, self.lines, self.cells)
        self.renderer = LineRenderer(self.rows, self.cells, self.view)
        self._strips = StripRenderer(self, self.renderer, self.view)
        self._cursor = TableCursor(self.rows, self.lines, self.view)
        self._pointer = Pointer(self.view)
        self._images = images
        self._busy = busy
        self._waiting = False
        self._refreshes_later = False
        self._painted: Position = (None, None)
        self._range: frozenset[RunKey] = frozenset()

    def post_message(self, message: Message) -> bool:
        """Post a message, always in the table's own name.

        Textual lets no message bubble past the widget in whose handler it was made: the pane
        around the table moves the cursor, and the screen has to learn of it.
        """
        if message.bubble and not isinstance(message, events.Event):
            message.set_sender(self)
        return super().post_message(message)

    @property
    def cursor(self) -> CellAddress | None:
        """The cell under the cursor; the screen may lag behind."""
        return self._cursor.address

    @property
    def note(self) -> Note | None:
        """The note under the cursor, above the run of `cursor`; None if it is on a run."""
        return self._cursor.note

    @property
    def marked(self) -> frozenset[RunKey]:
        """The marked runs, shown or not."""
        return self.marks.runs

    def describe(self) -> CellDescription | None:
        """Describe the target under the mouse, or else the cell under the cursor."""
        target = self._pointer.target
        if isinstance(target, int) and target < len(self.view.fits):
            return describe_column(self.view.fits[target].column)
        if isinstance(target, CellAddress) and (described := self.cells.describe(target)):
            return described
        note = self.note if target is None or isinstance(target, CellAddress | int) else target
        return self.cells.describe_note(note) if note else self.cells.describe(self.cursor)

    # Painting

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint lines; the first paint may precede `Resize`, so columns are placed first."""
        if self.view.width != self.scrollable_content_region.width:
            self._arrange()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one line of the screen."""
        if y < self.view.header_height:
            return self._strips.header(y, self._cursor.column)
        if (of_foot := self.view.foot_line(y)) is not None:
            return self._strips.foot(of_foot)
        line = self.view.line_at(y)
        if line is None:
            return self._strips.blank()
        within = (y - self.view.header_height) % self.view.row_height
        if not isinstance(line, RunKey):
            return self._strips.note(line, chosen=line == self.note)[within]
        is_here = self.cursor is not None and self.cursor.key == line and self.note is None
        marked = mark_of(line, self.marks, self._range)
        tint = "marked-row" if marked else "cursor-row" if is_here and self._images else ""
        version = self.rows.version(line), self.cells.begins_day(line)
        cursor = self._cursor.column if is_here else None
        return self._strips.run(line, version, cursor, marked, tint)[within]

    def notify_style_update(self) -> None:
        """Clear cached styles when the theme changes."""
        super().notify_style_update()
        self._strips.clear_styles()

    def on_resize(self) -> None:
        """Place the columns again; the cursor stays on the screen."""
        line = self._cursor.line
        was_shown = line is not None and self.view.is_on_page(line)
        few = not self.app.is_headless and self.app.console.color_system not in MANY_COLOURS
        self.renderer.colours = self._images and not self.app.no_color and not few
        self.view.height = self.size.height
        self._fit_content()
        if line is not None and was_shown:
            self.scroll_to(y=self.view.top_to_show(line), animate=False, immediate=True)
        self._arrange(keep_cursor=True)
        if self.view.foot_height:
            self.refresh()  # Textual keeps the lines of a widget that only becomes lower

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure the rows that scroll into view."""
        super().watch_scroll_y(old_value, new_value)
        self.view.top = round(new_value)
        if round(old_value) != round(new_value):
            self._arrange()

    def _fit_content(self) -> None:
        """Scroll by whole rows of any height, until the last one is fully visible."""
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, self.view.scroll_height)

    def _arrange(self, *, keep_cursor: bool = False) -> bool:
        """Measure what is on the screen; return True if columns moved."""
        view, width = self.view, self.scrollable_content_region.width
        view.width = width
        if not self.is_attached or not width:
            return False
        moved = view.place_columns(view.shown_keys, self._cursor.column if keep_cursor else None)
        if moved:
            self._repaint()
        self.request_previews()
        self.post_message(self.ViewMoved())
        return moved

    def _repaint(self) -> None:
        """Render and paint everything again."""
        self._strips.invalidate()
        self.refresh()

    def request_previews(self) -> None:
        """Request the blobs on the screen that have no preview yet."""
        if self.is_attached and (missing := self.view.missing_previews()):
            self.post_message(self.PreviewsMissing(missing))

    def _refresh_runs(self, keys: Collection[RunKey], *, measure: bool = True) -> None:
        """Paint the lines of some runs again, and everything if columns moved."""
        areas = [self.view.row_area(y) for y, k in enumerate(self.view.shown_lines) if k in keys]
        if not areas or (measure and self._arrange()):
            return
        self.refresh(*(Region(*area) for area in areas))
        if self.cursor and self.cursor.key in keys:
            self.post_message(self.CursorMoved(self.cursor))

    # Content

    @contextmanager
    def updating(self, *, shown: bool = True) -> Iterator[Rows]:
        """Change rows or notes in a block; afterwards, only what differs is painted again.

        Args:
            shown: Whether to show values: those that came ahead of their rows cannot be.
        """
        before = Snapshot(self.rows, self.lines, self.view, self._cursor)
        yield self.rows
        self.rows.derive()
        self._show_changes(before, before.changed_runs() if shown else ())

    def _show_changes(self, before: Snapshot, changed: Collection[RunKey]) -> None:
        if before.columns_changed:
            self._strips.invalidate()
            self.view.match_columns()
        if before.runs_changed:  # first: statistics are of the marked runs
            self.marks = self.marks.among(self.rows.all_keys)
        if before.lines_changed or before.columns_changed:
            self._content_changed(before.anchor)
        if before.values_changed:
            self.view.statistics.values_changed()
            if not self._refreshes_later and (self.view.trends or self.view.foot.names):
                self._refreshes_later = True
                self.set_timer(FRESH_S, partial(self._refresh_statistics, is_late=True))
            self._refresh_runs(changed)
            if self.rows.rearrange():
                self._content_changed()
            else:
                self._refresh_statistics()
        if before.runs_changed and self.follow and (added := before.new_runs()):
            self.move_to(max(added))

    def _refresh_statistics(self, *, is_late: bool = False) -> None:
        """Repaint trends and statistics; those of values that keep arriving are repainted late."""
        self._refreshes_later &= not is_late
        if self.view.trends:
            self.refresh(Region(*self.view.trend_area))
        if self.view.foot_height and not self._arrange():
            self.refresh(Region(*self.view.foot_area))

    def add_previews(self, drawn: Iterable[tuple[CellAddress, float, BlobPreview]]) -> None:
        """Add previews of blobs."""
        keys, is_wide = set(), False
        for address, timestamp, preview in drawn:
            if preview.height != self.view.row_height:
                continue  # the row height has changed meanwhile
            is_wide |= not preview.pixels and len(preview.text) > PICTURE_WIDTH
            self.rows.note_written(*address, timestamp)
            self.cells.previews.add(address, timestamp, preview)
            keys.add(address.key)
        self._strips.discard(keys)
        self._refresh_runs(keys, measure=is_wide)

    def show_work(self, work: DaemonActivity) -> None:
        """Mark the runs and cells the daemon is processing."""
        changed = work.changed_runs(self.cells.work)
        self.cells.work = work
        self._strips.discard(changed)
        self._refresh_runs(changed, measure=False)

    def show_unwritten(self, unwritten: Mapping[tuple[RunKey, str], object]) -> None:
        """Show typed values until they are in the database."""
        changed = {key for key, _ in self.cells.unwritten.keys() | unwritten.keys()}
        self.cells.unwritten = unwritten
        self._strips.discard(changed)
        self._refresh_runs(changed, measure=False)

    def show_query(self, query: TableQuery) -> None:
        """Apply a filter and sort order; the cursor stays on its run if it is shown."""
        self.rows.arrange(query)
        self._content_changed(centre=True)

    def show_columns(self, layout: ColumnLayout) -> None:
        """Apply a column layout; the cursor stays on its variable."""
        self.view.layout = layout
        self.view.match_columns()
        self._strips.invalidate()
        self._content_changed()
        self._arrange(keep_cursor=True)

    def show_height(self, height: int) -> None:
        """Set the lines per row, one of `ROW_HEIGHTS`; the cursor stays on the screen."""
        if height != self.view.row_height and height in ROW_HEIGHTS:
            self.cells.previews.height = height
            self._strips.invalidate()
            self._content_changed(centre=True)

    def show_search(self, search: Search) -> None:
        """Highlight all matches of a search on the screen."""
        if search != self.renderer.search:
            self.renderer.search = search
            self._repaint()

    def _content_changed(self, anchor: Anchor | None = None, *, centre: bool = False) -> None:
        """Keep the cursor in its cell after lines or columns were inserted, removed or moved.

        Args:
            anchor: A run that is to stay on its line of the screen.
            centre: Whether to scroll to the cursor.
        """
        self._fit_content()
        if self._cursor.rescue():
            self._painted = self._cursor.position
            self.post_message(self.CursorMoved(self.cursor))
        top = None
        if centre and (line := self._cursor.line) is not None:
            top = self.view.top_to_centre(line)
        elif anchor is not None and (place := self.lines.place(anchor.key)) is not None:
            top = place - anchor.y
        if top is not None:
            self.scroll_to(y=top, animate=False, immediate=True)
        self._arrange()
        self.refresh()
        self._update_range()

    # The cursor

    def move_to(self, key: RunKey | None = None, name: str | None = None) -> None:
        """Move the cursor to a run, a variable, or both; paint it once the terminal is ready."""
        if self.cursor is not None:
            # A name may be empty: a database does not forbid it.
            name = self.cursor.name if name is None else name
            self._cursor.move_to_cell(CellAddress(key or self.cursor.key, name))
            self._pointer.target = None
            self._paint_cursor()

    def move_to_line(self, line: Line) -> None:
        """Move the cursor to a run or a note."""
        if isinstance(line, RunKey):
            self.move_to(line)
        else:
            self._cursor.move_to_note(line)
            self._pointer.target = None
            self._paint_cursor()

    def _paint_cursor(self) -> None:
        """Paint the cursor at its position, or wait while the terminal is busy.

        On a slow connection a held key moves the cursor faster than it can be drawn;
        intermediate positions are skipped.
        """
        if self._waiting or self._cursor.position == self._painted:
            return
        if self._busy():
            self._waiting = True
            self.set_timer(RETRY_S, self._retry)
            return
        view = self.view
        top = view.top_to_show(self._cursor.line or 0)
        if top != view.top:
            self.scroll_to(y=top, animate=False, immediate=True)
        column = self._cursor.column
        if column is not None and view.place_columns(view.shown_keys, column):
            self._repaint()
            self._arrange()
        areas = view.cursor_areas(self._painted, self._cursor.position)
        if areas:
            self.refresh(*(Region(*area) for area in areas))
        self._painted = self._cursor.position
        self._update_range()
        self.post_message(self.CursorMoved(self.cursor))

    def _retry(self) -> None:
        self._waiting = False
        self._paint_cursor()

    def on_key(self, event: events.Key) -> None:
        """Reset the count of `123G` on any other key."""
        if self.count and event.key not in (*DIGITS, "0", "G"):
            self.count = ""

    def action_count(self, digit: str) -> None:
        """Collect the digits of `123G`."""
        self.count = (self.count + digit)[-7:]

    def action_move_cursor(self, rows: int, columns: int) -> None:
        """Move by rows or columns."""
        if columns:
            self.move_to(name=self._cursor.column_at_step(columns))
        elif (line := self._cursor.line_at_step(rows)) is not None:
            self.move_to_line(line)

    def action_move_page(self, pages: float) -> None:
        """Move by pages or fractions of a page."""
        self.action_move_cursor(int(pages * self.view.page), 0)

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
        else:
            self.action_move_cursor(0, -len(self.view.fits))

    def action_move_group(self, step: int) -> None:
        """Move to the next group of titles, or back to the start of this or the previous one."""
        self.move_to(name=self._cursor.column_at_group(step))

    def action_next_problem(self) -> None:
        """Move to the next failed cell, rightwards and down, wrapping around."""
        found = self._cursor.next_problem()
        if found is None:
            self.notify("No failed cells in these runs.", markup=False)
        else:
            self.move_to(*found)

    def jump(self, run_number: int) -> None:
        """Move to a run by its number; notify if there is none."""
        found = self._cursor.run_numbered(run_number)
        if found is None:
            text = f"Run {run_number} is not in this table."
            self.notify(text, severity="warning", markup=False)
        else:
            self.move_to(found)

    def action_inspect(self) -> None:
        """Request the details of the cell under the cursor."""
        if (note := self.note) is not None:
            self.post_message(self.NoteOpened(note))
        elif self.cursor is not None:
            self.post_message(self.CellOpened(self.cursor))

    @work(exclusive=True, group="search")
    async def seek(self, search: Search, step: int) -> None:
        """Move to the next match; keys are processed meanwhile."""
        row, column = self._cursor.row, self._cursor.column or 0
        begun = time.monotonic()
        for found in search.seek(self.rows, self.view.columns, row, column, step):
            if found is not None:
                if self.rows.position(found[0]) is not None:
                    self.move_to(*found)
                return
            if time.monotonic() - begun > SEARCH_S:
                await asyncio.sleep(0)
                begun = time.monotonic()
        self.post_message(self.SearchFailed(search))

    # Marks

    def watch_marks(self, before: RunSelection, marks: RunSelection) -> None:
        """Repaint what changed, and post a message."""
        self.rows.marked = marks.runs
        self._refresh_runs(before.runs ^ marks.runs, measure=False)
        self._refresh_statistics()
        self._update_range(always_post=True)

    def _update_range(self, *, always_post: bool = False) -> None:
        """Extend the current range to the cursor."""
        before = self._range
        cursor = self.cursor.key if self.cursor else None
        self._range = frozenset(self.marks.range_to(cursor, self.rows.keys))
        self._refresh_runs(before ^ self._range, measure=False)
        if self.is_attached and (always_post or before != self._range):
            self.post_message(self.MarksChanged(self.marks.runs, len(self._range)))

    def action_mark(self) -> None:
        """Toggle the mark of the run and move on to the next. A note is skipped."""
        if self.cursor is None:
            return
        below = self._cursor.row
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

    # Columns and rows

    def set_width(self, name: str, width: int | None) -> None:
        """Set the width of a column; None for automatic."""
        layout = self.view.layout.with_width(name, width)
        if layout != self.view.layout:
            self.show_columns(layout)
            self.post_message(self.ColumnsChanged())

    def action_widen(self, step: int) -> None:
        """Widen or narrow the column under the cursor."""
        index = self._cursor.column
        if index is not None:
            fit = self.view.fits[index]
            self.set_width(fit.column.name, max(1, fit.width + step * WIDTH_STEP))

    def action_fit_width(self) -> None:
        """Fit the column under the cursor to its content."""
        if self.cursor is not None:
            self.set_width(self.cursor.name, None)

    def action_row_height(self) -> None:
        """Cycle the row height, for larger pictures and curves."""
        place = ROW_HEIGHTS.index(self.view.row_height)
        self.show_height(ROW_HEIGHTS[(place + 1) % len(ROW_HEIGHTS)])

    def action_toggle_analysis(self, part: str) -> None:
        """Toggle the trends, the outliers or the statistics at the foot."""
        view = self.view
        if part == "trends":
            self.show_analysis(trends=not view.trends)
        elif part == "outliers":
            self.show_analysis(outliers=not self.renderer.outliers)
        else:
            self.show_analysis(statistics=() if view.foot.names else view.foot.chosen)

    def show_analysis(
        self,
        *,
        trends: bool | None = None,
        outliers: bool | None = None,
        statistics: Sequence[str] | None = None,
    ) -> None:
        """Show or hide trends, outliers and statistics; None leaves them as they are."""
        if outliers is not None and outliers != self.renderer.outliers:
            self.renderer.outliers = outliers
            self._repaint()
        before = (self.view.trends, self.view.foot.names)
        if trends is not None:
            self.view.trends = trends
        if statistics is not None:
            self.view.foot.show(statistics)
        if before != (self.view.trends, self.view.foot.names):
            self._content_changed()
            self._repaint()

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the click; a second click opens the cell.

        A click on a title sorts; with ctrl, a click on a run marks it.
        """
        if self._pointer.has_dragged:
            self._pointer.has_dragged = False
            return
        if event.y < self.view.header_height:
            self._click_title(event)
            return
        line, slot = self.view.line_at(event.y), self.view.slot_at(event.x)
        if line is None:
            return
        if isinstance(line, RunKey):
            self.move_to(line, self.view.fits[slot.index].column.name if slot else None)
        else:
            self.move_to_line(line)
        if event.ctrl and isinstance(line, RunKey):
            self.marks = self.marks.toggled(line)
        elif event.chain == 2:
            self.action_inspect()

    def _click_title(self, event: events.Click) -> None:
        view = self.view
        if (edge := view.edge_at(event.x)) is not None:
            if event.chain == 2:
                self.set_width(view.fits[edge.index].column.name, None)
        elif (slot := view.slot_at(event.x)) is not None:
            name = view.fits[slot.index].column.name
            self.move_to(name=name)
            self.post_message(self.TitleClicked(name))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start dragging the edge of a column, between two titles."""
        if event.button == 1 and self._pointer.press(event.x, event.y, event.screen_x):
            self.capture_mouse()

    @on(events.MouseMove)
    @on(events.Leave)
    def follow_pointer(self, event: events.MouseMove | events.Leave) -> None:
        """Drag the edge, or describe the target under the mouse."""
        target = None
        if isinstance(event, events.MouseMove):
            if self._pointer.is_dragging:
                if (resized := self._pointer.drag(event.screen_x)) is not None:
                    self.show_columns(self.view.layout.with_width(*resized))
                return
            target = self.view.target_at(event.x, event.y)
        if self._pointer.point_at(target):
            self.post_message(self.PointerMoved())

    def on_mouse_up(self) -> None:
        """Stop dragging."""
        if self._pointer.is_dragging:
            self.release_mouse()
            if self._pointer.release():
                self.post_message(self.ColumnsChanged())

    @on(events.MouseScrollLeft)
    @on(events.MouseScrollRight)
    @on(events.MouseScrollUp)
    @on(events.MouseScrollDown)
    def scroll_sideways(self, event: events.MouseEvent) -> None:
        """Scroll to the columns on either side; up and down only with shift or ctrl."""
        is_vertical = isinstance(event, events.MouseScrollUp | events.MouseScrollDown)
        if is_vertical and not (event.shift or event.ctrl):
            return
        event.stop()
        event.prevent_default()
        is_back = isinstance(event, events.MouseScrollUp | events.MouseScrollLeft)
        self.view.scroll_columns(-1 if is_back else 1)
        self._arrange()
