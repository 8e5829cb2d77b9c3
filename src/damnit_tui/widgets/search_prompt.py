"""The prompt for a text to look for."""

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
    """Something was typed, or None: somebody thought better of it."""

    text: str | None


class SearchPrompt(Horizontal):
    """A line to type a text in; Enter looks for it, Esc does not."""

    DEFAULT_CSS = """
    SearchPrompt {
        height: 1;
        background: $surface;
        & Label { width: auto; padding: 0 1; color: $text-primary; text-style: bold; }
    }
    """
    key_owner = "search"
    BINDINGS = keymap.bindings(key_owner)

    def compose(self) -> ComposeResult:
        """A label and a place to type."""
        yield Label("Look for:")
        yield PlainInput(select_on_focus=False)

    def on_mount(self) -> None:
        """Type into it at once."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        """Hand it on."""
        event.stop()
        self.post_message(SearchAnswered(event.value))

    async def action_keep(self) -> None:
        """Enter, as the line to type in has it."""
        await self.query_one(Input).action_submit()

    def action_give_up(self) -> None:
        """Esc."""
        self.post_message(SearchAnswered(None))
