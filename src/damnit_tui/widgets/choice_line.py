"""One of a few words, chosen with the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class ChoiceLine(Widget, can_focus=True):
    """Words beside each other, one of them chosen."""

    DEFAULT_CSS = """
    ChoiceLine {
        height: 1; width: 1fr; background: $panel;
        & .choice--chosen { color: $text-primary; text-style: bold reverse; }
        & .choice--other { color: $foreground 60%; }
        &:focus .choice--chosen { color: $text-accent; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--chosen", "choice--other"}
    BINDINGS: ClassVar[list[BindingType]] = [
        ("left", "step(-1)", "the one before"),
        ("right,space", "step(1)", "the next one"),
    ]

    index: reactive[int] = reactive(0)

    @dataclass
    class Changed(Message):
        """Another one was chosen."""

        line: ChoiceLine

        @property
        def control(self) -> ChoiceLine:
            """The line."""
            return self.line

    def __init__(self, words: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = tuple(words)

    @property
    def chosen(self) -> str:
        """The word."""
        return self.words[self.index]

    def render(self) -> Text:
        """All words."""
        line = Text(no_wrap=True, end="")
        for index, word in enumerate(self.words):
            role = "chosen" if index == self.index else "other"
            line.append(f" {word} ", self.get_component_rich_style(f"choice--{role}", partial=True))
        return line

    def watch_index(self) -> None:
        """Tell it."""
        self.post_message(self.Changed(self))

    def action_step(self, step: int) -> None:
        """Choose a neighbour; after the last comes the first."""
        self.index = (self.index + step) % len(self.words)

    def on_click(self, event: events.Click) -> None:
        """Choose what was pointed at."""
        x = 0
        for index, word in enumerate(self.words):
            if x <= event.x < x + len(word) + 2:
                self.index = index
            x += len(word) + 2
