"""Mouse support of the run table: move the cursor, sort, scroll, resize columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from textual import events
from textual.message import Message

from damnit_daemon.model import RunKey

from .cursor import CursorTable
from .describe import CellDescription
from .viewport import CellAddress

if TYPE_CHECKING:
    from damnit_daemon.store import Note

    from .display_rows import Line

WHEEL_COLUMNS = 1


class _Drag(NamedTuple):
    name: str
    x: int
    width: int


class MouseTable(CursorTable, inherit_bindings=False):
    """Table rows with a cursor and mouse support, without keys."""

    _drag: _Drag | None = None
    _has_dragged = False
    _pointed: CellAddress | Note | int | None = None
    """The target under the mouse: a cell, a note, or the title of a column."""

    @dataclass
    class TitleClicked(Message):
        """Posted when a column title is clicked."""

        table: MouseTable
        name: str

    @dataclass
    class ColumnsChanged(Message):
        """Posted when a column was resized by the user: see `column_choice`."""

        table: MouseTable

    @dataclass
    class PointerMoved(Message):
        """Posted when the mouse enters another cell or title, or leaves."""

        table: MouseTable

        def can_replace(self, message: Message) -> bool:
            """Only the latest target matters."""
            return isinstance(message, MouseTable.PointerMoved)

    def describe(self) -> CellDescription | None:
        """Describe the target under the mouse, or else the cell under the cursor."""
        pointed = self._pointed
        if isinstance(pointed, int) and pointed < len(self.view.fits):
            return self.view.describe_title(pointed)
        if isinstance(pointed, CellAddress):
            return self.view.describe(pointed) or self.view.describe(self.cursor)
        note = pointed if pointed is not None and not isinstance(pointed, int) else self.note
        return self.view.describe_note(note) if note else self.view.describe(self.cursor)

    def set_width(self, name: str, width: int | None) -> None:
        """Set the width of a column; None for automatic."""
        choice = self.column_choice.with_width(name, width)
        if choice != self.column_choice:
            self.show_columns(choice)
            self.post_message(self.ColumnsChanged(self))

    def _move(self, cell: CellAddress, note_id: int | None) -> None:
        """Move the cursor, and describe its cell from then on."""
        self._pointed = None
        super()._move(cell, note_id)

    def _at(self, x: int, y: int) -> CellAddress | Note | int | None:
        """Return the cell or note at a screen position, or the index of the column titled there."""
        slot = self.view.slot_at(x)
        if y < self.header_height:
            return slot.index if slot else None
        line = self._line_at(y)
        if not isinstance(line, RunKey):
            return line
        return CellAddress(line, self.view.columns[slot.index].name) if slot else None

    def _line_at(self, y: int) -> Line | None:
        position = round(self.scroll_y) + (y - self.header_height) // self.row_height
        return self.lines[position] if 0 <= position < len(self.lines) else None

    # Clicks

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the click; a second click opens the cell.

        A click on a title sorts; with ctrl, a click on a run marks it.
        """
        if self._has_dragged:
            self._has_dragged = False
            return
        if event.y < self.header_height:
            self._click_title(event)
            return
        line, slot = self._line_at(event.y), self.view.slot_at(event.x)
        if line is None:
            return
        if isinstance(line, RunKey):
            self.move_to(line, self.view.columns[slot.index].name if slot else None)
        else:
            self.stand_on(line)
        if event.ctrl and isinstance(line, RunKey):
            self.marks = self.marks.toggled(line)
        elif event.chain == 2:
            self.action_inspect()

    def _click_title(self, event: events.Click) -> None:
        if (edge := self.view.edge_at(event.x)) is not None:
            if event.chain == 2:
                self.set_width(self.view.columns[edge.index].name, None)
        elif (slot := self.view.slot_at(event.x)) is not None:
            name = self.view.columns[slot.index].name
            self.move_to(name=name)
            self.post_message(self.TitleClicked(self, name))

    def action_inspect(self) -> None:
        """Open the cell under the cursor."""

    # Column resizing

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Start dragging the edge of a column, between two titles."""
        self._has_dragged = False
        edge = self.view.edge_at(event.x) if event.y < self.header_height else None
        if edge is not None and event.button == 1:
            name = self.view.columns[edge.index].name
            self._drag = _Drag(name, event.screen_x, edge.width)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the edge, or describe the target under the mouse."""
        if self._drag is not None:
            width = max(1, self._drag.width + event.screen_x - self._drag.x)
            if event.screen_x != self._drag.x or self._has_dragged:
                self._has_dragged = True
                self.show_columns(self.column_choice.with_width(self._drag.name, width))
            return
        self._point_at(self._at(event.x, event.y))

    def on_mouse_up(self) -> None:
        """Stop dragging."""
        if self._drag is not None:
            self._drag = None
            self.release_mouse()
            if self._has_dragged:
                self.post_message(self.ColumnsChanged(self))

    def on_leave(self) -> None:
        """Describe the cell under the cursor again."""
        self._point_at(None)

    def _point_at(self, pointed: CellAddress | Note | int | None) -> None:
        if pointed != self._pointed:
            self._pointed = pointed
            self.post_message(self.PointerMoved(self))

    # The wheel

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down, or with shift to the right."""
        if event.shift or event.ctrl:
            self._wheel_sideways(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up, or with shift to the left."""
        if event.shift or event.ctrl:
            self._wheel_sideways(event, -1)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Scroll to the columns on the right."""
        self._wheel_sideways(event, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Scroll to the columns on the left."""
        self._wheel_sideways(event, -1)

    def _wheel_sideways(self, event: events.MouseEvent, step: int) -> None:
        event.stop()
        event.prevent_default()
        first = max(self.view.first, self.view.pinned) + step * WHEEL_COLUMNS
        self.view.first = max(self.view.pinned, min(len(self.view.fits) - 1, first))
        self._arrange()
