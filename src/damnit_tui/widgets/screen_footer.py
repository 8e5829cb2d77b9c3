"""The last line of a screen: the keys available now, or those of an open prompt."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.reactive import reactive
from textual.widget import Widget

from .. import keymap
from ..themes import component, component_classes
from .open_prompt import follow_prompt, prompt_owner


class ScreenFooter(Widget):
    """Keys of one owner, rendered from the keymap; a click runs the action."""

    DEFAULT_CSS = """
    ScreenFooter {
        height: 1;
        background: $footer-background;
        color: $footer-foreground;
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = component_classes("footer-key")

    offered: reactive[tuple[str, ...]] = reactive(())
    """Key IDs; those that do not fit are left out, the last ones first."""

    def __init__(self, owner: str) -> None:
        super().__init__()
        self._keys = {key.id: key for key in keymap.KEYS if key.owner == owner}

    def on_mount(self) -> None:
        """Redraw when prompts open and close."""
        follow_prompt(self)

    def render(self) -> Text:
        """Render as many keys as fit."""
        key_style = self.get_component_rich_style(component("footer-key"), partial=True)
        line = Text(no_wrap=True, end="")
        for key, start, _ in self._places():
            line.append(" " * (start - line.cell_len))
            line.append(f" {key.shown}", key_style)
            line.append(f" {key.footer} ")
        return line

    def on_click(self, event: events.Click) -> None:
        """Run the action of the clicked key."""
        for key, start, end in self._places():
            if start <= event.x < end:
                self.app.simulate_key(key.keys.split(",")[0])

    def _places(self) -> list[tuple[keymap.Key, int, int]]:
        """Return keys with their columns; the last two are help and close."""
        keys = [self._keys[name] for name in self.offered if name in self._keys]
        if prompt := prompt_owner(self.screen):
            keys = keymap.footer_keys((prompt,))
        widths = [cell_len(key.shown) + cell_len(key.footer) + 3 for key in keys]
        room = self.size.width - sum(widths[-2:])
        places, x = [], 0
        for number, (key, width) in enumerate(zip(keys, widths, strict=True)):
            if number < len(keys) - 2 and x + width > room:
                continue
            places.append((key, x, x + width))
            x += width
        return places
