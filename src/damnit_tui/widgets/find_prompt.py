"""A prompt that searches while typing: for a column, or a text in the cells."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Label

from .. import keymap
from .plain_input import PlainInput


class FindPrompt(Horizontal):
    """An input line; Enter stays at the match, Esc goes back, ↓ and ↑ move between matches."""

    DEFAULT_CSS = """
    FindPrompt {
        height: 1;
        background: $surface;
        & Label { width: auto; padding: 0 1; color: $text-primary; text-style: bold; }
        & #said { color: $foreground 60%; text-style: none; max-width: 50%; }
    }
    """

    key_owner = "find"
    BINDINGS = keymap.bindings(key_owner)

    said: reactive[str] = reactive("")
    """Description of the match."""

    @dataclass
    class Typed(Message):
        """Posted when the text changes, or another match is requested."""

        prompt: FindPrompt
        text: str
        turn: int
        """0 for the first match, 1 for the next…"""

        @property
        def control(self) -> FindPrompt:
            """The prompt."""
            return self.prompt

    @dataclass
    class Closed(Message):
        """Posted when the prompt is closed, with Enter or Esc."""

        prompt: FindPrompt
        text: str
        is_kept: bool

        @property
        def control(self) -> FindPrompt:
            """The prompt."""
            return self.prompt

    def __init__(self, label: str, text: str = "", *, classes: str) -> None:
        """Create a prompt.

        Args:
            label: The label in front of the input.
            text: Initial text, selected, so that typing replaces it.
            classes: CSS classes that distinguish column prompts from cell prompts.
        """
        super().__init__(classes=classes)
        self._label, self._text = label, text
        self._turn = 0

    def compose(self) -> ComposeResult:
        """Compose a label, an input, and the description of the match."""
        yield Label(self._label)
        yield PlainInput(self._text, select_on_focus=True)
        yield Label("", id="said")

    @property
    def input(self) -> Input:
        """The input."""
        return self.query_one(Input)

    def watch_said(self, said: str) -> None:
        """Show the description of the match."""
        if self.is_attached:
            self.query_one("#said", Label).update(Content(said))

    @on(Input.Changed)
    def tell(self, event: Input.Changed) -> None:
        """Request the first match of the new text."""
        event.stop()
        self._turn = 0
        self._tell()

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        """Close the prompt on Enter."""
        event.stop()
        self.post_message(self.Closed(self, event.value, is_kept=True))

    async def action_keep(self) -> None:
        """Handle Enter, as the input does."""
        await self.input.action_submit()

    def action_close(self) -> None:
        """Cancel."""
        self.post_message(self.Closed(self, "", is_kept=False))

    def action_turn(self, step: int) -> None:
        """Request the next match, or the previous one."""
        self._turn += step
        self._tell()

    def _tell(self) -> None:
        self.post_message(self.Typed(self, self.input.value, self._turn))
