"""A prompt that shows what it finds while one types: a column, or a text in the cells."""

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
    """A line to type in; Enter stays with what is found, Esc goes back, ↓ and ↑ go on."""

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
    """What has been found, in words."""

    @dataclass
    class Typed(Message):
        """Another text, or the next thing that fits it, is wanted."""

        prompt: FindPrompt
        text: str
        turn: int
        """0 for the first that fits, 1 for the next…"""

        @property
        def control(self) -> FindPrompt:
            """The prompt."""
            return self.prompt

    @dataclass
    class Closed(Message):
        """It is over: with Enter, or with Esc."""

        prompt: FindPrompt
        text: str
        is_kept: bool

        @property
        def control(self) -> FindPrompt:
            """The prompt."""
            return self.prompt

    def __init__(self, label: str, text: str = "", *, classes: str) -> None:
        """Begin with a text.

        Args:
            label: What is asked for.
            text: To begin with, selected, so that typing replaces it.
            classes: Tell one that asks for columns from one that asks for cells.
        """
        super().__init__(classes=classes)
        self._label, self._text = label, text
        self._turn = 0

    def compose(self) -> ComposeResult:
        """A label, a place to type, and what has been found."""
        yield Label(self._label)
        yield PlainInput(self._text, select_on_focus=True)
        yield Label("", id="said")

    @property
    def input(self) -> Input:
        """Where one types."""
        return self.query_one(Input)

    def watch_said(self, said: str) -> None:
        """Say it."""
        if self.is_attached:
            self.query_one("#said", Label).update(Content(said))

    @on(Input.Changed)
    def tell(self, event: Input.Changed) -> None:
        """Another text: begin with the first that fits."""
        event.stop()
        self._turn = 0
        self._tell()

    @on(Input.Submitted)
    def keep(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.post_message(self.Closed(self, event.value, is_kept=True))

    async def action_keep(self) -> None:
        """Enter, as the line to type in has it."""
        await self.input.action_submit()

    def action_close(self) -> None:
        """Give up."""
        self.post_message(self.Closed(self, "", is_kept=False))

    def action_turn(self, step: int) -> None:
        """Ask for the next thing that fits, or the one before."""
        self._turn += step
        self._tell()

    def _tell(self) -> None:
        self.post_message(self.Typed(self, self.input.value, self._turn))
