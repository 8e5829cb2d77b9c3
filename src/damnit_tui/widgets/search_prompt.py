"""The prompt for a text to search for."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from .. import keymap
from .plain_input import PlainInput


@dataclass
class SearchAnswered(Message):
    """Posted with the text to search for, or None if cancelled."""

    text: str | None


class SearchPrompt(Horizontal):
    """An input for a text; Enter searches, Esc cancels."""

    DEFAULT_CSS = """
    SearchPrompt {
        height: 1;
        background: $surface;
        & Label { width: auto; padding: 0 1; color: $title-color; text-style: $title-style; }
    }
    """
    key_owner = "search"
    BINDINGS = keymap.bindings(key_owner)

    def compose(self) -> ComposeResult:
        """Compose a label and an input."""
        yield Label("Search:")
        yield PlainInput(select_on_focus=False)

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        """Post the text."""
        event.stop()
        self.post_message(SearchAnswered(event.value))

    async def action_keep(self) -> None:
        """Handle Enter, as the input does."""
        await self.query_one(Input).action_submit()

    def action_give_up(self) -> None:
        """Handle Esc."""
        self.post_message(SearchAnswered(None))
