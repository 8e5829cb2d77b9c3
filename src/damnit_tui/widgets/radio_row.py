"""Options on one line, of which one is selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ..themes import component, component_classes


class RadioRow(Widget, can_focus=True):
    """Options of which one is selected, with ← and →, or by its first letter."""

    DEFAULT_CSS = """
    RadioRow {
        height: 1;
        width: 1fr;
        border-left: blank;
        &:focus { border-left: heavy $focus-color; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes("selected", "quiet")
    chosen: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """Posted when another option is selected."""

        choices: RadioRow

        @property
        def control(self) -> RadioRow:
            """The row."""
            return self.choices

    def __init__(self, words: Mapping[str, str], chosen: str, *, id: str) -> None:
        """Create a row of options.

        Args:
            words: The options, and the text shown for each.
            chosen: The initial option.
            id: The ID of the widget in the DOM.
        """
        super().__init__(id=id)
        self._words = dict(words)
        self.set_reactive(RadioRow.chosen, chosen)

    def render(self) -> Content:
        """Render all options, with the selected one between marks."""
        content = Content()
        for name, word in self._words.items():
            role = "selected" if name == self.chosen else "quiet"
            style = self.get_visual_style(component(role))
            shown = f"‹{word}›" if name == self.chosen else f" {word} "
            content += Content.styled(shown, style) + Content(" ")
        return content

    def watch_chosen(self) -> None:
        """Post the new selection."""
        self.post_message(self.Changed(self))

    def on_key(self, event: events.Key) -> None:
        """Select an option."""
        names = list(self._words)
        place = names.index(self.chosen)
        if event.key in ("left", "h"):
            self.chosen = names[place - 1]
        elif event.key in ("right", "l", "space"):
            self.chosen = names[(place + 1) % len(names)]
        elif first := [name for name in names if name[0] == event.character]:
            self.chosen = first[0]
        else:
            return
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """Select the clicked option."""
        at = event.get_content_offset(self)
        if at is None:
            return
        x = 0
        for name, word in self._words.items():
            if x <= at.x < x + len(word) + 2:
                self.chosen = name
            x += len(word) + 3
