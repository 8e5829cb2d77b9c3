"""A prompt that searches while typing: for a column, or a text in the cells."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Input, Label

from .. import keymap
from .plain_input import PlainInput
from .prompt_line import PromptLine


class FindPrompt(Horizontal, PromptLine):
    """An input line; Enter stays at the match, Esc goes back, ↓ and ↑ move between matches."""

    DEFAULT_CSS = """
    FindPrompt {
        height: 1;
        background: $surface;
        & Label { width: auto; padding: 0 1; color: $title-color; text-style: $title-style; }
        & #result { color: $quiet-color; text-style: none; max-width: 50%; }
    }
    """

    key_owner = "find"
    BINDINGS = keymap.bindings(key_owner)

    result: reactive[str] = reactive("")
    """Description of the match."""

    def __init__(self, label: str, text: str = "", *, id: str) -> None:
        """Create a prompt.

        Args:
            label: The label in front of the input.
            text: Initial text, selected, so that typing replaces it.
            id: The ID of the widget in the DOM.
        """
        super().__init__(id=id)
        self._label, self._text = label, text
        self._turn = 0

    def compose(self) -> ComposeResult:
        """Compose a label, an input, and the description of the match."""
        yield Label(self._label)
        yield PlainInput(self._text, select_on_focus=True)
        yield Label("", id="result")

    def watch_result(self, result: str) -> None:
        """Show the description of the match."""
        if self.is_attached:
            self.query_one("#result", Label).update(Content(result))

    @on(Input.Changed)
    def tell(self, event: Input.Changed) -> None:
        """Request the first match of the new text."""
        event.stop()
        self._turn = 0
        self._tell()

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        """Submit the text on Enter."""
        event.stop()
        self.post_message(self.Submitted(self, event.value))

    def action_turn(self, step: int) -> None:
        """Request the next match, or the previous one."""
        self._turn += step
        self._tell()

    def _tell(self) -> None:
        self.post_message(self.Changed(self, self.text, self._turn))
