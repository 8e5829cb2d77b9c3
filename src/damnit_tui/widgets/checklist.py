"""A long checklist; only the lines on the screen are drawn.

Each key of a search fills it again. With 3,000 entries that takes 8 ms, as against 143 ms in
Textual's `SelectionList` (8.2.8), which makes a widget option of every entry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from .. import keymap
from ..sanitize import clip, pad, visible
from ..themes import component, component_classes

CURSOR = "›"
"""Precedes the line under the cursor: there may be no colours."""


@dataclass(frozen=True)
class ChecklistItem:
    """One entry."""

    id: str
    text: str
    note: str = ""
    """Right-aligned: a count or another name."""
    ticked: bool = False
    mark: str = ""
    """Precedes the text."""

    def has(self, words: Iterable[str]) -> bool:
        """Return True if the entry contains all words."""
        text = f"{self.text} {self.id} {self.note}".casefold()
        return all(word in text for word in words)


class Checklist(ScrollView, can_focus=True):
    """Entries with check marks, and a cursor; the caller keeps which are checked."""

    DEFAULT_CSS = """
    Checklist {
        height: 1fr;
        background: $surface;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes(
        "highlight", "highlight-blurred", "text", "quiet", "remark"
    )
    BINDINGS = keymap.bindings("ticks")

    def __init__(self, tick: Callable[[Sequence[str], bool], object]) -> None:
        """Create an empty list.

        Args:
            tick: Called with the entries to check or uncheck; called before the next
                key is processed, which may be the one that submits the checked entries.
        """
        super().__init__()
        self._tick = tick
        self._entries: Sequence[ChecklistItem] = ()
        self._found: Sequence[ChecklistItem] = ()
        self._words: Collection[str] = ()
        self._at = 0

    # Content

    def show(self, entries: Sequence[ChecklistItem]) -> None:
        """Show these entries; the cursor stays on its entry."""
        current = self.current
        self._entries = entries
        self._look(current)

    def search(self, text: str) -> None:
        """Show only entries with all of these words."""
        self._words = text.casefold().split()
        self._look(self.current)

    @property
    def current(self) -> ChecklistItem | None:
        """The entry under the cursor."""
        return self._found[self._at] if self._at < len(self._found) else None

    @property
    def found(self) -> Sequence[ChecklistItem]:
        """The entries shown."""
        return self._found

    def beside(self, step: int) -> ChecklistItem | None:
        """Return the entry above or below the cursor."""
        at = self._at + step
        return self._found[at] if 0 <= at < len(self._found) else None

    def _look(self, current: ChecklistItem | None) -> None:
        self._found = [entry for entry in self._entries if entry.has(self._words)]
        places = [at for at, entry in enumerate(self._found) if current and entry.id == current.id]
        self._at = places[0] if places else max(0, min(self._at, len(self._found) - 1))
        self.virtual_size = Size(self.size.width, len(self._found))
        self._show_cursor()

    # Painting

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width = self.scrollable_content_region.width
        at = round(self.scroll_y) + y
        if at >= len(self._found):
            return Strip.blank(width, self.rich_style)
        entry = self._found[at]
        note = clip(visible(entry.note), width // 2)
        here = CURSOR if at == self._at else " "
        box = f"{here}[{'x' if entry.ticked else ' '}] {entry.mark}"
        room = max(0, width - cell_len(box) - cell_len(note) - 2)
        role = "text" if entry.ticked else "quiet"
        style, note_style = self._style(role), self._style("remark")
        if at == self._at:
            cursor = self._style("highlight" if self.has_focus else "highlight-blurred")
            style, note_style = style + cursor, note_style + cursor
        text = box + pad(visible(entry.text), room)
        return Strip([Segment(text, style), Segment(f" {note} ", note_style)]).adjust_cell_length(
            width, self.rich_style
        )

    def _style(self, role: str) -> Style:
        return self.rich_style + self.get_component_rich_style(component(role), partial=True)

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self.virtual_size = Size(self.size.width, len(self._found))
        self._show_cursor()

    def _show_cursor(self) -> None:
        top, height = round(self.scroll_y), max(1, self.size.height)
        if not top <= self._at < top + height:
            self.scroll_to(y=max(0, self._at - height // 2), animate=False, immediate=True)
        self.refresh()

    # Keys and mouse

    def action_move(self, steps: int) -> None:
        """Move the cursor."""
        self._at = max(0, min(len(self._found) - 1, self._at + steps))
        self._show_cursor()

    def action_page(self, pages: int) -> None:
        """Move by pages."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_tick(self) -> None:
        """Toggle the entry under the cursor, and move to the next."""
        if (entry := self.current) is not None:
            self._tick([entry.id], not entry.ticked)
            self.action_move(1)

    def action_tick_all(self, ticked: bool) -> None:
        """Check or uncheck all entries shown."""
        self._tick([entry.id for entry in self._found], ticked)

    def on_click(self, event: events.Click) -> None:
        """Toggle the clicked entry."""
        at = round(self.scroll_y) + event.y
        if at < len(self._found):
            self._at = at
            entry = self._found[at]
            self._tick([entry.id], not entry.ticked)
            self.refresh()
