"""The mouse on the table: its target, and the column it resizes; no Textual here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .cells import CellAddress
from .viewport import Viewport

if TYPE_CHECKING:
    from damnit_daemon.store import Note

    Target = CellAddress | Note | int | None
    """A cell, a note, or the index of the column whose title it is."""


class _Drag(NamedTuple):
    name: str
    x: int
    width: int


class Pointer:
    """Remembers what the mouse is over, and which edge of a column is being dragged."""

    def __init__(self, view: Viewport) -> None:
        self.target: Target = None
        self.has_dragged = False
        """True from the first movement of a drag until the next button is pressed."""
        self._view = view
        self._drag: _Drag | None = None

    @property
    def is_dragging(self) -> bool:
        """True while an edge is being dragged."""
        return self._drag is not None

    def point_at(self, target: Target) -> bool:
        """Set the target; return True if it is another one."""
        is_new = target != self.target
        self.target = target
        return is_new

    def press(self, x: int, y: int, screen_x: int) -> bool:
        """Start dragging the edge of a column, between two titles; return False elsewhere."""
        self.has_dragged = False
        edge = self._view.edge_at(x) if y < self._view.header_height else None
        if edge is not None:
            self._drag = _Drag(self._view.fits[edge.index].column.name, screen_x, edge.width)
        return edge is not None

    def drag(self, screen_x: int) -> tuple[str, int] | None:
        """Return the column being resized and its new width; None before the first movement."""
        if self._drag is None or (screen_x == self._drag.x and not self.has_dragged):
            return None
        self.has_dragged = True
        return self._drag.name, max(1, self._drag.width + screen_x - self._drag.x)

    def release(self) -> bool:
        """Stop dragging; return True if an edge was dragged."""
        was_dragging, self._drag = self.is_dragging, None
        return was_dragging and self.has_dragged
