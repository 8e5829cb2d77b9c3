"""Lines of the table as Textual strips, cached until their content or style changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip
from textual.widget import Widget

from damnit_daemon.model import RunKey

from ..themes import ROLES, component, text_style
from .cell_render import Piece
from .line_renderer import LineRenderer
from .viewport import Viewport

if TYPE_CHECKING:
    from damnit_daemon.store import Note

    from .display_rows import Line

MOST_STRIPS = 1024


class StripRenderer:
    """Renders the lines of a viewport in the component styles of a widget."""

    def __init__(self, widget: Widget, renderer: LineRenderer, view: Viewport) -> None:
        self._widget = widget
        self._renderer = renderer
        self._view = view
        self._strips: LRUCache[Line, tuple[object, tuple[Strip, ...]]] = LRUCache(MOST_STRIPS)
        self._styles: dict[tuple[Piece, str], Style] = {}
        self._generation = 0

    def invalidate(self) -> None:
        """Render everything again."""
        self._generation += 1

    def clear_styles(self) -> None:
        """Clear cached styles: the theme has changed."""
        self._styles.clear()
        self.invalidate()

    def discard(self, keys: Collection[RunKey]) -> None:
        """Render some runs again."""
        for key in keys:
            self._strips.discard(key)

    def blank(self) -> Strip:
        """Return an empty line."""
        return Strip.blank(self._view.width, self._widget.rich_style)

    def header(self, y: int, cursor: int | None) -> Strip:
        """Render one line of the header."""
        return self._strip(self._renderer.header_pieces(cursor)[y])

    def foot(self, line: int) -> Strip:
        """Render one line of the statistics; the first is the rule."""
        return self._strip(self._renderer.foot_pieces(line))

    def note(self, note: Note, *, chosen: bool) -> tuple[Strip, ...]:
        """Render the lines of a note; it is chosen if the cursor is on it."""
        stamp = (self._generation, chosen, self._view.width, self._view.frozen_width)
        known = self._strips.get(note)
        if known is None or known[0] != stamp:
            first = self._strip(self._renderer.note_pieces(note, chosen=chosen))
            known = (stamp, (first, *[self.blank()] * (self._view.row_height - 1)))
            self._strips[note] = known
        return known[1]

    def run(
        self, key: RunKey, version: object, cursor: int | None, marked: str, tint: str
    ) -> tuple[Strip, ...]:
        """Render the lines of a run.

        Args:
            key: The run.
            version: Changes with its content.
            cursor: The column under the cursor, if it is on this run.
            marked: A mark before the run number.
            tint: Role whose background to use; may be empty.
        """
        stamp = (version, self._generation, self._view.width, cursor, marked, tint)
        known = self._strips.get(key)
        if known is None or known[0] != stamp:
            render = self._renderer.run_pieces
            lines = (render(key, cursor, marked, y) for y in range(self._view.row_height))
            known = (stamp, tuple(self._strip(pieces, tint) for pieces in lines))
            self._strips[key] = known
        return known[1]

    def _strip(self, pieces: Iterable[Piece], tint: str = "") -> Strip:
        segments = [Segment(p.text, self._style(p, tint)) for p in pieces if p.text]
        blank = self._style(Piece(""), tint)
        return Strip(segments).adjust_cell_length(self._view.width, blank).simplify()

    def _style(self, piece: Piece, tint: str = "") -> Style:
        key = (piece._replace(text=""), tint)
        style = self._styles.get(key)
        if style is None:
            style = self._styles[key] = self._make_style(piece, tint)
        return style

    def _make_style(self, piece: Piece, tint: str) -> Style:
        style_of = self._widget.get_component_rich_style
        style = self._widget.rich_style
        if piece.role != "text":
            style += style_of(component(piece.role))
        if tint and not ROLES[piece.role].background:
            style += Style(bgcolor=style_of(component(tint)).bgcolor)
        if piece.bold:
            style += Style.parse(text_style("strong"))
        if piece.foreground:
            style += Style(color=Color.from_rgb(*piece.foreground))
        if piece.background:
            style += Style(bgcolor=Color.from_rgb(*piece.background))
        return style
