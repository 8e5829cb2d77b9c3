"""The last line: the most important keys, or those of the open prompt."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.widget import Widget

from .. import keymap
from ..themes import component, component_classes
from .open_prompt import follow_prompt, prompt_owner


class KeyFooter(Widget):
    """Keys and their actions, rendered from the keymap; a click runs the action.

    One widget, where Textual's footer has one for each key: it is on the screen
    before the first data.
    """

    DEFAULT_CSS = """
    KeyFooter {
        height: 1;
        background: $footer-background;
        color: $footer-foreground;
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes("footer-key")

    def __init__(self, *owners: str) -> None:
        """Create a footer.

        Args:
            owners: Owners of the keys; none for those of the main screen.
        """
        super().__init__()
        self._owners = owners or tuple(keymap.MAIN_OWNERS)

    def on_mount(self) -> None:
        """Redraw when prompts open and close."""
        follow_prompt(self)

    def render(self) -> Text:
        """Render as many keys as fit."""
        key_style = self.get_component_rich_style(component("footer-key"), partial=True)
        line = Text(no_wrap=True, end="")
        for key, _start, end in self._places():
            if end > self.size.width:
                break
            line.append(f" {key.shown}", key_style)
            line.append(f" {key.footer} ")
        return line

    def on_click(self, event: events.Click) -> None:
        """Run the action of the clicked key."""
        for key, start, end in self._places():
            if start <= event.x < end <= self.size.width:
                self.app.simulate_key(key.keys.split(",")[0])

    def _places(self) -> list[tuple[keymap.Key, int, int]]:
        places, x = [], 0
        prompt = prompt_owner(self.screen)
        for key in keymap.footer_keys((prompt,) if prompt else self._owners):
            width = len(key.shown) + len(key.footer) + 3
            places.append((key, x, x + width))
            x += width
        return places
