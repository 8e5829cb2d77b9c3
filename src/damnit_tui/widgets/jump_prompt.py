"""The prompt for a run number."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Label

from ..messages import JumpAnswered


class JumpPrompt(Horizontal):
    """A line to type a run number in; Enter goes there, Esc does not."""

    DEFAULT_CSS = """
    JumpPrompt {
        height: 1;
        background: $surface;
        & Label { width: auto; padding: 0 1; color: $text-primary; text-style: bold; }
        & Input, & Input:focus {
            width: 1fr;
            height: 1;
            border: none;
            padding: 0;
            background: $surface;
        }
    }
    """

    def compose(self) -> ComposeResult:
        """A label and a place to type."""
        yield Label("Go to run:")
        yield Input(type="integer", max_length=9, select_on_focus=False)

    def on_mount(self) -> None:
        """Type into it at once."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def answer(self, event: Input.Submitted) -> None:
        """Hand the number on."""
        event.stop()
        digits = event.value.strip()
        self.post_message(JumpAnswered(int(digits) if digits.isdecimal() else None))

    def on_key(self, event: events.Key) -> None:
        """Esc gives up."""
        if event.key == "escape":
            event.stop()
            self.post_message(JumpAnswered(None))
