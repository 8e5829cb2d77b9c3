"""The prompt for a text to look for."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

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

    def on_key(self, event: events.Key) -> None:
        """Esc gives up."""
        if event.key == "escape":
            event.stop()
            self.post_message(SearchAnswered(None))
