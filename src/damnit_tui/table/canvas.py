"""The run table without its keys: rows on Textual's line API.

Textual's own table formats every cell up front and repaints itself for one
changed cell; this one formats what is on the screen and refreshes single lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import tzinfo
from typing import ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from damnit_daemon.model import Column, RunKey, RunRow, StoredValue

from ..work import Work
from .paint import Picture, Piece
from .rows import Rows
from .view import CellAddress, View

MOST_STRIPS = 1024


class RowCanvas(ScrollView, can_focus=True, inherit_bindings=False):
    """Runs down, variables across, newest run on top; the run numbers never scroll away.

    | Component class | What it styles |
    | :- | :- |
    | `run-table--title`, `--group`, `--rule` | the header |
    | `run-table--title-cursor`, `--run-cursor` | what points at the cursor |
    | `run-table--cursor` | the cell under the cursor |
    | `run-table--run` | run numbers |
    | `run-table--error`, `--missing`, `--faint` | cells without a value |
    | `run-table--trend`, `--units`, `--mark` | parts of cells |
    """

    DEFAULT_CSS = """
    RowCanvas {
        height: 1fr;
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
        & .run-table--title { color: $foreground; text-style: bold; }
        & .run-table--group { color: $text-secondary; text-style: bold; }
        & .run-table--rule { color: $foreground 25%; }
        & .run-table--title-cursor { color: $text-primary; text-style: bold; }
        & .run-table--run { color: $foreground 70%; }
        & .run-table--run-cursor { color: $text-primary; text-style: bold; }
        & .run-table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & .run-table--error { color: $text-error; }
        & .run-table--missing { color: $text-warning; }
        & .run-table--faint { color: $foreground 40%; }
        & .run-table--trend { color: $text-accent; }
        & .run-table--units { color: $foreground 50%; text-style: italic; }
        & .run-table--mark { color: $text-accent; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"run-table--{role}"
        for role in (
            *("title", "title-cursor", "group", "rule", "run", "run-cursor", "cursor"),
            *("error", "missing", "faint", "trend", "units", "mark"),
        )
    }

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another cell, or what it stands on has changed."""

        table: RowCanvas
        address: CellAddress | None

        def can_replace(self, message: Message) -> bool:
            """Only where it stands now is of interest."""
            return isinstance(message, RowCanvas.CursorMoved)

        @property
        def control(self) -> RowCanvas:
            """The table."""
            return self.table

    @dataclass
    class PicturesMissed(Message):
        """There are blobs on the screen that are not drawn yet."""

        table: RowCanvas
        addresses: list[CellAddress]

        def can_replace(self, message: Message) -> bool:
            """Only what is on the screen now is of interest."""
            return isinstance(message, RowCanvas.PicturesMissed)

    @dataclass
    class ViewMoved(Message):
        """Other rows or columns are on the screen."""

        table: RowCanvas

        def can_replace(self, message: Message) -> bool:
            """Only what is on the screen now is of interest."""
            return isinstance(message, RowCanvas.ViewMoved)

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
        images: bool = True,
        id: str | None = None,
    ) -> None:
        """Make an empty table.

        Args:
            clock: Tells the time, to know which runs are of today.
            zone: In which times are shown; None for this machine's.
            images: Whether to draw images, which cost a slow line more than text.
            id: Its id in the DOM.
        """
        super().__init__(id=id)
        self.rows = Rows()
        self.view = View(self.rows, clock=clock, zone=zone)
        self.cursor: CellAddress | None = None
        """Where the cursor is; the screen may be a moment behind."""
        self._images = images
        self._painted: CellAddress | None = None
        self._strips: LRUCache[RunKey, tuple[object, Strip]] = LRUCache(MOST_STRIPS)
        self._look = 0
        self._styles: dict[Piece, Style] = {}

    # Painting

    @property
    def header_height(self) -> int:
        """Lines above the first row."""
        return self.view.levels + 1

    @property
    def _width(self) -> int:
        """Characters beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, self.size.height - self.header_height)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint some lines; columns are placed first where the first paint precedes `Resize`."""
        if self.view.width != self._width:
            self._arrange()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one line of the screen."""
        if y < self.header_height:
            pieces = self.view.header_pieces(self._cursor_column)[y]
            return self._strip(pieces)
        position = round(self.scroll_y) + y - self.header_height
        if position >= len(self.rows):
            return Strip.blank(self._width, self.rich_style)
        return self._row(self.rows.keys[position])

    def _row(self, key: RunKey) -> Strip:
        cursor = self._cursor_column if self.cursor and self.cursor.key == key else None
        stamp = (self.rows.version(key), self._look, cursor)
        known = self._strips.get(key)
        if known is None or known[0] != stamp:
            known = (stamp, self._strip(self.view.row_pieces(key, cursor)))
            self._strips[key] = known
        return known[1]

    def _strip(self, pieces: Iterable[Piece]) -> Strip:
        segments = [Segment(piece.text, self._style(piece)) for piece in pieces if piece.text]
        return Strip(segments).adjust_cell_length(self._width, self.rich_style).simplify()

    def _style(self, piece: Piece) -> Style:
        look = piece._replace(text="")
        style = self._styles.get(look)
        if style is None:
            style = self.rich_style
            if piece.role != "text":
                style += self.get_component_rich_style(f"run-table--{piece.role}")
            if piece.bold:
                style += Style(bold=True)
            if piece.foreground and piece.background:
                front, back = piece.foreground, piece.background
                style += Style(color=Color.from_rgb(*front), bgcolor=Color.from_rgb(*back))
            self._styles[look] = style
        return style

    def notify_style_update(self) -> None:
        """Forget styles when the theme changes."""
        super().notify_style_update()
        self._styles.clear()
        self._look += 1

    # Where things are

    @property
    def shown_keys(self) -> list[RunKey]:
        """The runs on the screen."""
        top = round(self.scroll_y)
        return self.rows.keys[top : top + self.page]

    @property
    def _cursor_column(self) -> int | None:
        return self.rows.column_index(self.cursor.name) if self.cursor else None

    # Life

    def on_resize(self) -> None:
        """Place the columns anew."""
        self.view.colours = self._images and not self.app.no_color
        self._arrange(keep_cursor=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure the rows that come into view."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._arrange()

    # Content

    def add_runs(self, runs: Collection[RunRow]) -> list[RunKey]:
        """Take in runs, or what has changed of them; returns the new ones."""
        top = self._top_key()
        added = self.rows.add_runs(runs)
        if added:
            self._grown(top)
        self._refresh_rows({run.key for run in runs})
        return added

    def add_columns(self, columns: Iterable[Column]) -> None:
        """Take in variables, or their new titles."""
        first = self.view.fits[self.view.first].column.name
        if self.rows.add_columns(columns):
            self._columns_changed(first)

    def add_values(self, values: Collection[StoredValue]) -> None:
        """Take in values; only the lines they are on are painted again."""
        top, columns = self._top_key(), len(self.rows.columns)
        first = self.view.fits[self.view.first].column.name
        rows = len(self.rows)
        changed = self.rows.add_values(values)
        if len(self.rows) != rows:
            self._grown(top)
        if len(self.rows.columns) != columns:
            self._columns_changed(first)
        self._refresh_rows(changed)

    def drop(
        self, runs: Collection[RunKey] = (), cells: Collection[tuple[RunKey, str]] = ()
    ) -> None:
        """Drop runs and single values that are not in the database any more."""
        top = self._top_key()
        self._refresh_rows(self.rows.remove_values(cells))
        if self.rows.remove_runs(runs):
            self._rescue_cursor()
            self._grown(top)

    def complete(self, keys: Collection[RunKey], values: Collection[StoredValue]) -> None:
        """Take in all values there are of some runs; cells that are not among them go."""
        gone = self.rows.cells_beside([k for k in keys if self.rows.is_complete(k)], values)
        self.add_values(values)
        changed = self.rows.remove_values(gone) | self.rows.mark_complete(keys)
        self._refresh_rows(changed)

    def add_pictures(self, drawn: Iterable[tuple[CellAddress, float, Picture]]) -> None:
        """Take in blobs that were drawn."""
        keys = set()
        for address, timestamp, picture in drawn:
            self.view.add_picture(address, timestamp, picture)
            self._strips.discard(address.key)
            keys.add(address.key)
        self._refresh_rows(keys, measure=False)

    def show_work(self, work: Work) -> None:
        """Mark the runs and cells that the daemon is at."""
        changed = work.changed_runs(self.view.work)
        self.view.work = work
        for key in changed:
            self._strips.discard(key)
        self._refresh_rows(changed, measure=False)

    def _top_key(self) -> RunKey | None:
        top = round(self.scroll_y)
        return self.rows.keys[top] if 0 < top < len(self.rows) else None

    def _grown(self, top: RunKey | None) -> None:
        """Rows were inserted: keep the same ones on the screen."""
        self.virtual_size = Size(self._width, len(self.rows) + self.header_height)
        if self.cursor is None and len(self.rows):
            self.cursor = CellAddress(self.rows.keys[0], self.rows.columns[0].name)
            self._painted = self.cursor
            self._tell_cursor()
        if top is not None and (position := self.rows.position(top)) is not None:
            self.scroll_to(y=position, animate=False, immediate=True)
        self._arrange()
        self.refresh()

    def _columns_changed(self, first: str) -> None:
        """Variables came or moved: keep the same ones on the screen."""
        at_start = self.view.first == 0
        self.view.match_columns()
        self.view.first = 0 if at_start else self.rows.column_index(first) or 0
        self.virtual_size = Size(self._width, len(self.rows) + self.header_height)
        self._arrange()
        self._relook()

    def _refresh_rows(self, keys: Collection[RunKey], *, measure: bool = True) -> None:
        shown = self.shown_keys
        touched = [y for y, key in enumerate(shown) if key in keys]
        if not touched:
            return
        if measure and self._arrange():
            return
        for y in touched:
            self.refresh(Region(0, self.header_height + y, self._width, 1))
        if self.cursor and self.cursor.key in keys:
            self._tell_cursor()

    def _rescue_cursor(self) -> None:
        """Put the cursor on the nearest run if its own has gone."""
        old = self.cursor
        if old is None or old.key in self.rows:
            return
        near = min(self.rows.keys, key=lambda key: abs(key.run - old.key.run), default=None)
        self.cursor = CellAddress(near, old.name) if near else None
        self._painted = self.cursor
        self._tell_cursor()

    def _relook(self) -> None:
        self._look += 1
        self.refresh()

    def _arrange(self, *, keep_cursor: bool = False) -> bool:
        """Measure what is on the screen; tell whether columns moved."""
        if not self.is_attached or not self._width:
            return False
        self.view.width = self._width
        keys = self.shown_keys
        moved = self.view.settle(keys, self._cursor_column if keep_cursor else None)
        if moved:
            self._relook()
        if missing := self.view.missing_pictures(keys):
            self.post_message(self.PicturesMissed(self, missing))
        self.post_message(self.ViewMoved(self))
        return moved

    def _tell_cursor(self) -> None:
        self.post_message(self.CursorMoved(self, self.cursor))
