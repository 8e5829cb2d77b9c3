"""The run table on the screen: rows on Textual's line API, without content, keys and mouse.

Textual's `DataTable` formats every cell up front and repaints itself for one
changed cell; this one formats what is on the screen and refreshes single lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from damnit_daemon.model import RunKey

from .cell_render import Piece
from .display_rows import DisplayRows
from .rows import Rows
from .viewport import CellAddress, Viewport

if TYPE_CHECKING:
    from damnit_daemon.store import Note

    from .display_rows import Line

    Spot = tuple[CellAddress | None, int | None]
    """A cell, and the ID of the note above its run if the cursor is on that."""

MANY_COLOURS = frozenset({"truecolor", "256"})
"""Colour systems with enough colours for images; with fewer, images are shown by their size."""
MOST_STRIPS = 1024
ON_THEIR_OWN = frozenset({"cursor", "match"})
"""Roles with a background of their own."""


class RowCanvas(ScrollView, can_focus=True, inherit_bindings=False):
    """Runs down, variables across, newest run on top; the run numbers never scroll away.

    | Component class | What it styles |
    | :- | :- |
    | `run-table--title`, `--group`, `--rule` | the header |
    | `run-table--title-cursor`, `--run-cursor` | title and run number at the cursor |
    | `run-table--cursor` | the cell under the cursor |
    | `run-table--run` | run numbers |
    | `run-table--chosen`, `--tint` | the mark of a marked run, and the background of its cells |
    | `run-table--here` | the background of the run under the cursor |
    | `run-table--match` | search matches |
    | `run-table--note` | a note between the runs |
    | `run-table--odd` | outliers of a column |
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
        & .run-table--note { color: $text-secondary; text-style: italic; }
        & .run-table--run { color: $foreground 70%; }
        & .run-table--run-cursor { color: $text-primary; text-style: bold; }
        & .run-table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & .run-table--chosen { color: $text-warning; text-style: bold; }
        & .run-table--tint { background: $warning 18%; }
        & .run-table--here { background: $foreground 9%; }
        & .run-table--match {
            background: $warning 45%;
            color: $foreground;
            text-style: bold underline;
        }
        & .run-table--odd { color: $text-warning; text-style: underline; }
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
            *("chosen", "tint", "here", "match", "odd", "note"),
            *("error", "missing", "faint", "trend", "units", "mark"),
        )
    }

    ALLOW_SELECT = False  # dragging resizes columns

    @dataclass
    class CursorMoved(Message):
        """Posted when the cursor moves, or its cell changes."""

        table: RowCanvas
        address: CellAddress | None

        def can_replace(self, message: Message) -> bool:
            """Only the latest position matters."""
            return isinstance(message, RowCanvas.CursorMoved)

        @property
        def control(self) -> RowCanvas:
            """The table."""
            return self.table

    @dataclass
    class PicturesMissed(Message):
        """Posted when blobs on the screen have no preview yet."""

        table: RowCanvas
        addresses: list[CellAddress]

        def can_replace(self, message: Message) -> bool:
            """Only the current screen content matters."""
            return isinstance(message, RowCanvas.PicturesMissed)

    @dataclass
    class ViewMoved(Message):
        """Posted when other rows or columns are on the screen."""

        table: RowCanvas

        def can_replace(self, message: Message) -> bool:
            """Only the current screen content matters."""
            return isinstance(message, RowCanvas.ViewMoved)

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        zone: tzinfo | None = None,
        images: bool = True,
        id: str | None = None,
    ) -> None:
        """Create an empty table.

        Args:
            clock: Returns the current time, to determine which runs are of today.
            zone: Time zone for displayed times; None for this machine's.
            images: Whether to draw images, which cost a slow connection more than text.
            id: The ID of the widget in the DOM.
        """
        super().__init__(id=id)
        self.rows = Rows()
        self.lines = DisplayRows(self.rows)
        self.view = Viewport(self.rows, clock=clock, zone=zone)
        self.cursor: CellAddress | None = None
        """The cursor position; the screen may lag behind."""
        self.note_id: int | None = None
        """The note under the cursor, above the run of `cursor`."""
        self._images = images
        self._painted: Spot = (None, None)
        self._strips: LRUCache[Line, tuple[object, tuple[Strip, ...]]] = LRUCache(MOST_STRIPS)
        self._look = 0
        self._styles: dict[tuple[Piece, str], Style] = {}
        self._home: CellAddress | None = None
        """The cursor's own cell while that is hidden; the cursor returns there afterwards."""

    # Painting

    @property
    def header_height(self) -> int:
        """Lines above the first row."""
        return self.view.levels + self.view.trends + 1

    @property
    def _width(self) -> int:
        """Width without the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def row_height(self) -> int:
        """Lines per row; pictures and curves fill them."""
        return self.view.pictures.height

    @property
    def page(self) -> int:
        """Rows that fit on the screen."""
        return max(1, (self.size.height - self.header_height) // self.row_height)

    def _fit_content(self) -> None:
        """Scroll by whole rows of any height, until the last one is fully visible."""
        beside = self.size.height - self.page if self.size.height else self.header_height
        self.virtual_size = Size(self._width, len(self.lines) + beside)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint lines; the first paint may precede `Resize`, so columns are placed first."""
        if self.view.width != self._width:
            self._arrange()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Paint one line of the screen."""
        if y < self.header_height:
            pieces = self.view.header_pieces(self._cursor_column)[y]
            return self._strip(pieces)
        row, within = divmod(y - self.header_height, self.row_height)
        position = round(self.scroll_y) + row
        if position >= len(self.lines):
            return Strip.blank(self._width, self.rich_style)
        line = self.lines[position]
        strips = self._row(line) if isinstance(line, RunKey) else self._note_line(line)
        return strips[within]

    def _note_line(self, note: Note) -> tuple[Strip, ...]:
        stamp = (self._look, note == self.note, self._width, self.view.frozen_width)
        known = self._strips.get(note)
        if known is None or known[0] != stamp:
            pieces = self.view.note_pieces(note, chosen=note == self.note)
            below = Strip.blank(self._width, self.rich_style)
            strips = (self._strip(pieces), *[below] * (self.row_height - 1))
            known = self._strips[note] = (stamp, strips)
        return known[1]

    def _row(self, key: RunKey) -> tuple[Strip, ...]:
        is_here = self.cursor and self.cursor.key == key and self.note is None
        cursor = self._cursor_column if is_here else None
        marked = self.mark_of(key)
        begins_day = self.view.begins_day(key)
        stamp = (self.rows.version(key), self._look, cursor, marked, begins_day)
        known = self._strips.get(key)
        if known is None or known[0] != stamp:
            tint = "tint" if marked else "here" if is_here and self._images else ""
            lines = range(self.row_height)
            pieces = (self.view.row_pieces(key, cursor, marked, line) for line in lines)
            known = (stamp, tuple(self._strip(each, tint) for each in pieces))
            self._strips[key] = known
        return known[1]

    def mark_of(self, _key: RunKey, /) -> str:
        """Return the mark of a marked run; empty for others."""
        return ""

    def _strip(self, pieces: Iterable[Piece], tint: str = "") -> Strip:
        segments = [Segment(p.text, self._style(p, tint)) for p in pieces if p.text]
        blank = self._style(Piece(""), tint)
        return Strip(segments).adjust_cell_length(self._width, blank).simplify()

    def _style(self, piece: Piece, tint: str = "") -> Style:
        look = (piece._replace(text=""), tint)
        style = self._styles.get(look)
        if style is None:
            style = self._styles[look] = self._make_style(piece, tint)
        return style

    def _make_style(self, piece: Piece, tint: str) -> Style:
        style = self.rich_style
        if piece.role != "text":
            style += self.get_component_rich_style(f"run-table--{piece.role}")
        if tint and piece.role not in ON_THEIR_OWN:
            style += Style(bgcolor=self.get_component_rich_style(f"run-table--{tint}").bgcolor)
        if piece.bold:
            style += Style(bold=True)
        if piece.foreground:
            style += Style(color=Color.from_rgb(*piece.foreground))
        if piece.background:
            style += Style(bgcolor=Color.from_rgb(*piece.background))
        return style

    def notify_style_update(self) -> None:
        """Clear cached styles when the theme changes."""
        super().notify_style_update()
        self._styles.clear()
        self._look += 1

    # Positions

    @property
    def shown_lines(self) -> Sequence[Line]:
        """The runs and notes on the screen, the last one possibly in part."""
        number = -(-(self.size.height - self.header_height) // self.row_height)
        return self.lines.part(round(self.scroll_y), max(1, number))

    @property
    def shown_keys(self) -> list[RunKey]:
        """The runs on the screen."""
        return [line for line in self.shown_lines if isinstance(line, RunKey)]

    @property
    def note(self) -> Note | None:
        """The note under the cursor; None if it is on a run."""
        return self.lines.note(self.note_id)

    @property
    def _spot(self) -> Spot:
        return self.cursor, self.note_id

    @property
    def _cursor_column(self) -> int | None:
        return self.view.index_of(self.cursor.name) if self.cursor else None

    # Events

    def on_resize(self) -> None:
        """Place the columns again."""
        few = not self.app.is_headless and self.app.console.color_system not in MANY_COLOURS
        self.view.colours = self._images and not self.app.no_color and not few
        self._fit_content()
        self._arrange(keep_cursor=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure the rows that scroll into view."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._arrange()

    def _arrange(self, *, keep_cursor: bool = False) -> bool:
        """Measure what is on the screen; return True if columns moved."""
        if not self.is_attached or not self._width:
            return False
        self.view.width = self._width
        keys = self.shown_keys
        moved = self.view.settle(keys, self._cursor_column if keep_cursor else None)
        if moved:
            self._relook()
        self.look_for_pictures()
        self.post_message(self.ViewMoved(self))
        return moved

    def look_for_pictures(self) -> None:
        """Request the blobs on the screen that have no preview yet."""
        if self.is_attached and (missing := self.view.missing_pictures(self.shown_keys)):
            self.post_message(self.PicturesMissed(self, missing))

    def _relook(self) -> None:
        """Repaint everything."""
        self._look += 1
        self.refresh()

    def _refresh_row(self, y: int) -> None:
        self.refresh(self._region(0, self._screen_y(y), self._width))

    def _screen_y(self, row: int) -> int:
        """Return the screen line on which a row begins.

        Args:
            row: Index of the row on the screen.
        """
        return self.header_height + row * self.row_height

    def _region(self, x: int, y: int, width: int) -> Region:
        """Return the visible region of a row that begins on a screen line."""
        return Region(x, y, width, min(self.row_height, max(1, self.size.height - y)))

    def _tell_cursor(self) -> None:
        self.post_message(self.CursorMoved(self, self.cursor))
