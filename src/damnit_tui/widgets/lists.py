"""Textual's lists with the keys of this project."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import DataTable, OptionList

from .. import keymap
from ..sanitize import ELLIPSIS


class ListTable(DataTable[Any]):
    """A table with a cursor that moves by rows."""

    DEFAULT_CSS = """
    ListTable { background: $background; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS = keymap.bindings("list")

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=1)

    def render_line(self, y: int) -> Strip:
        """Render one line, which ends in `…` if the last column does not fit."""
        strip = super().render_line(y)
        width = self.scrollable_content_region.width
        if self._end_of_line(y) <= width or not strip.text.strip():
            return strip
        (last,) = strip.crop(width - 1, width)
        return Strip([*strip.crop(0, width - 1), Segment(ELLIPSIS, last.style)])

    def _end_of_line(self, y: int) -> int:
        """Return where the text of a line ends."""
        if self.virtual_size.width <= self.scrollable_content_region.width:
            return 0
        *others, last = self.ordered_columns
        row = y - self.header_height + self.scroll_offset.y
        if y and not 0 <= row < self.row_count:
            return 0
        text = self.get_row_at(row)[-1] if y else last.label
        start = sum(column.get_render_width(self) for column in others) + self.cell_padding
        return start + cell_len(str(text))

    def action_move(self, lines: int) -> None:
        """Move down or up."""
        row = max(0, min(self.row_count - 1, self.cursor_row + lines))
        self.move_cursor(row=row, animate=False)

    def action_page(self, pages: int) -> None:
        """Move a page down or up."""
        self.action_move(pages * max(1, self.size.height - self.header_height - 1))


class ChoiceList(OptionList):
    """A list of options."""

    DEFAULT_CSS = """
    ChoiceList:focus { background-tint: transparent; }
    """
    BINDINGS = keymap.bindings("list")

    def action_move(self, lines: int) -> None:
        """Move down or up; to the first option if none is highlighted."""
        if self.option_count:
            at = 0 if self.highlighted is None else self.highlighted + lines
            self.highlighted = max(0, min(self.option_count - 1, at))

    def action_page(self, pages: int) -> None:
        """Move a page down or up."""
        self.action_move(pages * max(1, self.size.height - 1))
