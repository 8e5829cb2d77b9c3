"""Textual's lists with the keys of this project."""

from __future__ import annotations

from typing import Any

from textual.widgets import DataTable, OptionList

from .. import keymap


class ListTable(DataTable[Any]):
    """A table with a cursor that moves by rows."""

    DEFAULT_CSS = """
    ListTable { background: $background; scrollbar-size-vertical: 1; }
    """
    BINDINGS = keymap.bindings("list")

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=1)

    def action_move(self, lines: int) -> None:
        """Move down or up."""
        row = max(0, min(self.row_count - 1, self.cursor_row + lines))
        self.move_cursor(row=row, animate=False)

    def action_page(self, pages: int) -> None:
        """Move a page down or up."""
        self.action_move(pages * max(1, self.size.height - self.header_height - 1))


class ChoiceList(OptionList):
    """A list of options."""

    BINDINGS = keymap.bindings("list")

    def action_move(self, lines: int) -> None:
        """Move down or up; to the first option if none is highlighted."""
        if self.option_count:
            at = 0 if self.highlighted is None else self.highlighted + lines
            self.highlighted = max(0, min(self.option_count - 1, at))

    def action_page(self, pages: int) -> None:
        """Move a page down or up."""
        self.action_move(pages * max(1, self.size.height - 1))
