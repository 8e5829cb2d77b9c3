"""What all prompts above the footer have in common."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input


class PromptLine(Widget):
    """A prompt with one input; Enter submits, Esc cancels.

    Name the container first among the bases: Textual takes the default CSS of that one only.
    """

    key_owner = ""

    @dataclass
    class Posted(Message):
        """Base of the messages of a prompt."""

        prompt: PromptLine
        text: str

        @property
        def control(self) -> PromptLine:
            """The prompt."""
            return self.prompt

    @dataclass
    class Changed(Posted):
        """Posted when the text has changed, or another match is requested."""

        turn: int = 0
        """0 for the first match, 1 for the next…"""

    @dataclass
    class Submitted(Posted):
        """Posted on Enter; the prompt stays open until it is closed."""

        value: object = None
        """The parsed text, where the prompt parses it."""

    @dataclass
    class Cancelled(Posted):
        """Posted on Esc."""

    @property
    def input(self) -> Input:
        """The input."""
        return self.query_one(Input)

    @property
    def text(self) -> str:
        """The text in the prompt."""
        return self.input.value

    async def action_keep(self) -> None:
        """Handle Enter, as the input does."""
        await self.input.action_submit()

    def action_give_up(self) -> None:
        """Handle Esc."""
        self.post_message(self.Cancelled(self, self.text))
