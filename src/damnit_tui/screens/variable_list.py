"""A box of the variables that people fill in: one to add, one to change."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from damnit_daemon.model import Column

from .. import keymap
from ..visible import visible

NEW = ""
"""Chosen for a variable that does not exist yet."""


class VariableList(ModalScreen[str | None]):
    """Gives the name of a variable to change, `NEW` for a new one, None for neither."""

    DEFAULT_CSS = """
    VariableList {
        align: center middle;
        & Vertical {
            width: 76;
            max-width: 96%;
            height: auto;
            max-height: 80%;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-color: $text-primary;
            border-title-style: bold;
            border-subtitle-color: $foreground 60%;
        }
        & OptionList, & OptionList:focus {
            height: auto;
            max-height: 100%;
            border: none;
            padding: 0;
            background: $surface;
        }
    }
    """
    BINDINGS = keymap.bindings("variables")

    def __init__(self, columns: Sequence[Column], current: str = "") -> None:
        """Make the box.

        Args:
            columns: The user-editable variables.
            current: Which to begin at.
        """
        super().__init__()
        self._columns = columns
        self._current = current

    def compose(self) -> ComposeResult:
        """A new one first."""
        with Vertical() as box:
            box.border_title = "Variables to fill in"
            box.border_subtitle = "⏎ add or change · Esc close"
            options = [Option("+ a new one"), *map(_option, self._columns)]
            yield OptionList(*options, markup=False)

    def on_mount(self) -> None:
        """Begin at the column under the cursor."""
        names = [NEW, *(column.name for column in self._columns)]
        options = self.query_one(OptionList)
        options.highlighted = names.index(self._current) if self._current in names else 0
        options.focus()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Hand the name on."""
        event.stop()
        self.dismiss(self._columns[event.option_index - 1].name if event.option_index else NEW)

    def action_move(self, lines: int) -> None:
        """Up or down."""
        options = self.query_one(OptionList)
        if lines > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_close(self) -> None:
        """Neither."""
        self.dismiss(None)


def _option(column: Column) -> Option:
    text = Text(visible(column.title))
    return Option(text.append(f"  {visible(column.name)}, {visible(str(column.type))}", "dim"))
