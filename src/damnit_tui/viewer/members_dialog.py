"""A dialog to choose a variable of a Dataset."""

from __future__ import annotations

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets.option_list import Option

from .. import keymap
from ..sanitize import visible
from ..widgets.lists import ChoiceList


class MembersDialog(ModalScreen[str | None]):
    """A list over the screen; returns a name, or None."""

    DEFAULT_CSS = """
    MembersDialog {
        align: center middle;
        & ChoiceList, & ChoiceList:focus {
            width: 72;
            max-width: 96%;
            height: auto;
            max-height: 80%;
            background: $surface;
            border: round $frame-color;
            border-title-color: $title-color;
            border-subtitle-color: $quiet-color;
        }
    }
    """
    BINDINGS = keymap.bindings("members")

    def __init__(self, members: tuple[tuple[str, str], ...], current: str) -> None:
        super().__init__()
        self._members = members
        self._current = current

    def compose(self) -> ComposeResult:
        """Compose one line per variable."""
        width = min(40, max(len(name) for name, _ in self._members))
        lines = [Text(f"{visible(n):<{width}}  {visible(words)}") for n, words in self._members]
        found = ChoiceList(*(Option(line) for line in lines))
        found.border_title = "Variables"
        found.border_subtitle = "⏎ open · Esc close"
        yield found

    def on_mount(self) -> None:
        """Start at the variable shown."""
        names = [name for name, _ in self._members]
        self.query_one(ChoiceList).highlighted = names.index(self._current)

    @on(ChoiceList.OptionSelected)
    def choose(self, event: ChoiceList.OptionSelected) -> None:
        """Return the chosen variable."""
        event.stop()
        self.dismiss(self._members[event.option_index][0])

    def action_close(self) -> None:
        """Cancel."""
        self.dismiss(None)
