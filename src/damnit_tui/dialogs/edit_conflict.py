"""A dialog about cells that were changed elsewhere: choose the value to keep."""

from __future__ import annotations

from enum import Enum

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from damnit_daemon.store import Conflict
from damnit_daemon.text import count_of

from .. import keymap
from ..data.edit_queue import EditConflicted
from ..sanitize import clip, visible
from ..themes import text_style
from .base import DialogScreen

MOST_SHOWN = 12
"""Most cells listed."""
LONGEST_SHOWN = 200


class ConflictChoice(Enum):
    """How to resolve the conflict."""

    THEIRS = "theirs"
    MINE = "mine"
    AGAIN = "again"


class ConflictDialog(ModalScreen[ConflictChoice]):
    """Show both values, and keys to choose."""

    DEFAULT_CSS = DialogScreen.DEFAULT_CSS.replace("DialogScreen", "ConflictDialog")
    BINDINGS = keymap.bindings("conflict")

    def __init__(self, contested: EditConflicted) -> None:
        super().__init__()
        self.contested = contested

    def compose(self) -> ComposeResult:
        """Compose the old, the current and the typed values."""
        with VerticalScroll() as box:
            box.border_title = "Edit conflict"
            box.border_subtitle = "m overwrite · e edit again · Esc keep theirs"
            yield Static(self._words())

    def action_choose(self, choice: str) -> None:
        """Close with the choice."""
        self.dismiss(ConflictChoice(choice))

    def _words(self) -> Table:
        contested = self.contested
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        heading = f"{contested.order.words}: not saved, changed elsewhere meanwhile.\n"
        table.add_row("", Text(heading, text_style("strong")))
        for conflict in contested.conflicts[:MOST_SHOWN]:
            for name, text in _rows(conflict):
                table.add_row(Text(name), Text(text, text_style("strong") if name == "now" else ""))
            table.add_row("", "")
        if more := len(contested.conflicts) - MOST_SHOWN:
            table.add_row("", f"and {count_of(more, 'more cell')}" if more > 0 else "")
        return table


def _rows(conflict: Conflict) -> list[tuple[str, str]]:
    change = conflict.change
    return [
        (f"r{change.key.run}", visible(change.name)),
        ("was", _shown(change.old)),
        ("now", _shown(conflict.found)),
        ("yours", _shown(change.new)),
    ]


def _shown(value: object) -> str:
    if value is None or value == "":
        return "(empty)"
    if isinstance(value, bytes):
        return "(image or array)"
    return clip(visible(str(value)), LONGEST_SHOWN)
